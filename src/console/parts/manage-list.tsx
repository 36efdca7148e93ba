import { useState, type ReactNode } from 'react';
import { PlusOutlined } from '@ant-design/icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Empty, Form, Modal, Table, type TableColumnsType } from 'antd';
import { keys, useRefresh } from '../api/queries.js';
import { useTexts } from '../texts/index.js';
import { ProblemView } from './problem.js';
import { useUnsaved } from './unsaved.js';

interface Adding<Values, Answer> {
  /** Text of the button and heading of the form. */
  title: string;
  fields: ReactNode;
  send: (values: Values) => Promise<Answer>;
  initialValues?: Partial<Values>;
  onAdded?: (answer: Answer) => void;
}

interface ManageListProps<Row extends object, Values extends object, Answer> {
  what: string;
  load: (signal: AbortSignal) => Promise<Row[]>;
  rowKey: (row: Row) => string;
  columns: TableColumnsType<Row>;
  help: string;
  width?: number;
  /** Stands beside the button that adds. */
  tools?: ReactNode;
  adding?: Adding<Values, Answer>;
}

/** A short managed list: what it is for, its rows, and a form that adds one. */
export function ManageList<Row extends object, Values extends object = object, Answer = unknown>(
  props: ManageListProps<Row, Values, Answer>,
) {
  const { t } = useTexts();
  const [open, setOpen] = useState(false);
  const query = useQuery({ queryKey: keys.manage(props.what), queryFn: ({ signal }) => props.load(signal) });
  return (
    <div className="manage-list">
      <div className="manage-bar">
        <p className="quiet">{props.help}</p>
        {props.tools}
        {props.adding && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setOpen(true)}>
            {props.adding.title}
          </Button>
        )}
      </div>
      {query.isError ? (
        <ProblemView error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Table<Row>
          size="small"
          rowKey={props.rowKey}
          columns={props.columns}
          dataSource={query.data ?? []}
          loading={query.isPending}
          pagination={(query.data?.length ?? 0) > 50 ? { pageSize: 50, size: 'small' } : false}
          scroll={{ x: props.width ?? 820 }}
          locale={{
            emptyText: query.isPending ? (
              <span className="table-wait" />
            ) : (
              <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('manage.none')} />
            ),
          }}
        />
      )}
      {props.adding && (
        <AddModal what={props.what} adding={props.adding} open={open} onClose={() => setOpen(false)} />
      )}
    </div>
  );
}

interface AddModalProps<Values, Answer> {
  what: string;
  adding: Adding<Values, Answer>;
  open: boolean;
  onClose: () => void;
}

function AddModal<Values extends object, Answer>({
  what,
  adding,
  open,
  onClose,
}: AddModalProps<Values, Answer>) {
  const { t } = useTexts();
  const [form] = Form.useForm<Values>();
  const refresh = useRefresh();
  const [touched, setTouched] = useState(false);
  const add = useMutation({
    mutationFn: adding.send,
    onSuccess: async (answer) => {
      setTouched(false);
      onClose();
      adding.onAdded?.(answer);
      // New enterprises are also choices of the seller lists, which come with `me`.
      await refresh('manage', ...(what === 'enterprises' || what === 'mandates' ? ['me'] : []));
    },
  });
  const leaving = useUnsaved(open && touched && !add.isPending);
  const close = () => {
    setTouched(false);
    add.reset();
    onClose();
  };
  return (
    <Modal
      open={open}
      title={adding.title}
      okText={t('action.save')}
      cancelText={t('action.cancel')}
      confirmLoading={add.isPending}
      onOk={() => form.submit()}
      onCancel={() => leaving(close)}
      destroyOnHidden
    >
      {add.isError && <ProblemView error={add.error} />}
      <Form<Values>
        form={form}
        layout="vertical"
        preserve={false}
        requiredMark={false}
        initialValues={adding.initialValues}
        onValuesChange={() => setTouched(true)}
        onFinish={(values) => add.mutate(values)}
        className="add-form"
      >
        {adding.fields}
      </Form>
    </Modal>
  );
}
