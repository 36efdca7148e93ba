import { useState } from 'react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Alert, DatePicker, Form, Input, Modal, Select } from 'antd';
import type { Dayjs } from 'dayjs';
import { api } from '../api/calls.js';
import { keys, useRefresh } from '../api/queries.js';
import type { NewFact } from '../api/types.js';
import { FaultList } from '../parts/faults.js';
import { ProblemView } from '../parts/problem.js';
import { useUnsaved } from '../parts/unsaved.js';
import { useTexts } from '../texts/index.js';

interface Values extends Omit<NewFact, 'code' | 'validFrom' | 'validTo'> {
  validFrom?: Dayjs | null;
  validTo?: Dayjs | null;
}

/** Records one fact of an enterprise; what it asks follows the kind. */
export function AddFact({ code, onClose }: { code: string; onClose: () => void }) {
  const { t, text } = useTexts();
  const refresh = useRefresh();
  const [form] = Form.useForm<Values>();
  const kinds = useQuery({
    queryKey: keys.registryKinds,
    queryFn: ({ signal }) => api.registryKinds(signal),
  });
  const chosen: string | undefined = Form.useWatch('kind', form);
  const kind = kinds.data?.items.find((one) => one.id === chosen);
  const add = useMutation({
    mutationFn: ({ validFrom, validTo, ...values }: Values) =>
      api.addFact({
        ...values,
        code,
        validFrom: validFrom?.format('YYYY-MM-DD'),
        validTo: validTo?.format('YYYY-MM-DD'),
      }),
    onSuccess: async ({ faults }) => {
      if (faults.length > 0) return;
      onClose();
      await refresh('registry');
    },
  });
  const needed = [{ required: true, whitespace: true, message: t('registry.needed') }];
  const [typed, setTyped] = useState(false);
  const leave = useUnsaved(typed && !add.isSuccess);
  return (
    <Modal
      open
      title={t('registry.add')}
      okText={t('action.save')}
      cancelText={t('action.cancel')}
      confirmLoading={add.isPending}
      onCancel={() => leave(onClose)}
      onOk={() => form.submit()}
    >
      {add.isError && <ProblemView error={add.error} />}
      {add.data && add.data.faults.length > 0 && (
        <Alert type="warning" showIcon role="alert" title={<FaultList faults={add.data.faults} />} />
      )}
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        onValuesChange={() => setTyped(true)}
        onFinish={(values) => add.mutate(values)}
      >
        <Form.Item name="kind" label={t('registry.kind')} rules={needed}>
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            options={(kinds.data?.items ?? []).map((one) => ({ value: one.id, label: text(one.text) }))}
            onChange={() => form.resetFields(['subject', 'value'])}
          />
        </Form.Item>
        {kind && kind.subject !== 'none' && (
          <Form.Item name="subject" label={t('registry.value')} rules={needed}>
            {kind.subject === 'choice' ? (
              <Select options={kind.subjects.map((one) => ({ value: one.code, label: text(one.text) }))} />
            ) : (
              <Input maxLength={200} autoComplete="off" placeholder={kind.subject === 'year' ? '2026' : ''} />
            )}
          </Form.Item>
        )}
        {kind && kind.values.length > 0 && (
          <Form.Item name="value" label={t('registry.kind')} rules={needed}>
            <Select options={kind.values.map((one) => ({ value: one.code, label: text(one.text) }))} />
          </Form.Item>
        )}
        {kind?.number && (
          <Form.Item name="number" label={t('registry.number')}>
            <Input maxLength={60} className="mono" autoComplete="off" />
          </Form.Item>
        )}
        <Form.Item name="validFrom" label={t('registry.validFrom')}>
          <DatePicker />
        </Form.Item>
        <Form.Item name="validTo" label={t('registry.validTo')}>
          <DatePicker />
        </Form.Item>
        <Form.Item name="source" label={t('registry.source')} rules={needed}>
          <Input maxLength={300} autoComplete="off" />
        </Form.Item>
        <Form.Item name="note" label={t('registry.note')}>
          <Input.TextArea rows={2} maxLength={500} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
