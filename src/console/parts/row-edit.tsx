import { useState, type ReactNode } from 'react';
import { useMutation } from '@tanstack/react-query';
import { Button, Form, Modal } from 'antd';
import { useRefresh } from '../api/queries.js';
import { useTexts } from '../texts/index.js';
import { ProblemView } from './problem.js';
import { useUnsaved } from './unsaved.js';

interface RowEditProps<Values, Answer> {
  label: string;
  title: string;
  help?: string;
  initialValues: Values;
  fields: ReactNode;
  send: (values: Values) => Promise<Answer>;
  onDone?: (answer: Answer) => void;
}

/** A button in a row that opens a small form about it. */
export function RowEdit<Values extends object, Answer = unknown>(props: RowEditProps<Values, Answer>) {
  const { t } = useTexts();
  const refresh = useRefresh();
  const [form] = Form.useForm<Values>();
  const [open, setOpen] = useState(false);
  const [touched, setTouched] = useState(false);
  const close = () => {
    setOpen(false);
    setTouched(false);
    send.reset();
  };
  const send = useMutation({
    mutationFn: props.send,
    onSuccess: async (answer) => {
      close();
      props.onDone?.(answer);
      await refresh('manage', 'me');
    },
  });
  const leaving = useUnsaved(open && touched && !send.isPending);
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {props.label}
      </Button>
      <Modal
        open={open}
        title={props.title}
        okText={t('action.save')}
        cancelText={t('action.cancel')}
        confirmLoading={send.isPending}
        onOk={() => form.submit()}
        onCancel={() => leaving(close)}
        destroyOnHidden
      >
        {props.help && <p className="quiet">{props.help}</p>}
        {send.isError && <ProblemView error={send.error} />}
        <Form<Values>
          form={form}
          layout="vertical"
          preserve={false}
          requiredMark={false}
          initialValues={props.initialValues}
          onValuesChange={() => setTouched(true)}
          onFinish={(values) => send.mutate(values)}
        >
          {props.fields}
        </Form>
      </Modal>
    </>
  );
}
