import { useState } from 'react';
import { useMutation } from '@tanstack/react-query';
import { App, Button, DatePicker, Form, Modal } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { api } from '../api/calls.js';
import { useRefresh } from '../api/queries.js';
import type { InspectionTask } from '../api/types.js';
import { timeText } from '../parts/format.js';
import { ProblemView } from '../parts/problem.js';
import { useUnsaved } from '../parts/unsaved.js';
import { useTexts } from '../texts/index.js';

/** Beijing time as a wall clock: the picker knows only that of the browser, wherever it stands. */
const wallClock = (iso: string): Dayjs => dayjs(timeText(iso).slice(0, 16).replace(' ', 'T'));
const fromWallClock = (at: Dayjs): string => `${at.format('YYYY-MM-DDTHH:mm:00')}+08:00`;
const now = (): Dayjs => wallClock(new Date().toISOString());

/** The button that asks when the goods arrived where they are inspected, and notes it. */
export function NoteArrival({ task }: { task: InspectionTask }) {
  const { t } = useTexts();
  const { message } = App.useApp();
  const refresh = useRefresh();
  const [open, setOpen] = useState(false);
  const [form] = Form.useForm<{ at: Dayjs | null }>();
  const [touched, setTouched] = useState(false);
  const send = useMutation({
    mutationFn: (at: Dayjs) => api.noteArrival(task.id, fromWallClock(at)),
    onSuccess: async () => {
      setOpen(false);
      void message.success(t('inspections.noted'));
      await refresh('declarations');
    },
  });
  const leaving = useUnsaved(open && touched && !send.isPending);
  const label = t(task.arrivedAt ? 'inspections.correct' : 'inspections.note');
  return (
    <>
      <Button
        size="small"
        className="no-print"
        type={task.arrivedAt ? 'link' : 'default'}
        onClick={() => {
          send.reset();
          setTouched(false);
          setOpen(true);
        }}
      >
        {label}
      </Button>
      <Modal
        open={open}
        title={`${label} · ${task.orderNo}`}
        okText={t('action.save')}
        cancelText={t('action.cancel')}
        confirmLoading={send.isPending}
        onOk={() => form.submit()}
        onCancel={() => leaving(() => setOpen(false))}
        destroyOnHidden
      >
        <p className="quiet">{t('inspections.noteHelp')}</p>
        {send.isError && <ProblemView error={send.error} />}
        <Form
          form={form}
          layout="vertical"
          preserve={false}
          requiredMark={false}
          onValuesChange={() => setTouched(true)}
          initialValues={{ at: task.arrivedAt ? wallClock(task.arrivedAt) : now() }}
          onFinish={({ at }) => at && send.mutate(at)}
        >
          <Form.Item
            name="at"
            label={t('inspections.arrived')}
            rules={[
              { required: true, message: t('inspections.noteNeeded') },
              {
                validator: (_, at: Dayjs | null) =>
                  at?.isAfter(now()) ? Promise.reject(new Error(t('inspections.future'))) : Promise.resolve(),
              },
            ]}
          >
            <DatePicker showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" style={{ width: '100%' }} />
          </Form.Item>
        </Form>
      </Modal>
    </>
  );
}
