import { useState } from 'react';
import { PlusOutlined } from '@ant-design/icons';
import { AutoComplete, Button, DatePicker, Empty, Form, Input, Modal, Radio, Select, Table } from 'antd';
import type { Dayjs } from 'dayjs';
import { api } from '../api/calls.js';
import type { AwardPolicy, AwardRound } from '../api/types.js';
import { decimalText, timeText } from '../parts/format.js';
import { useUnsaved } from '../parts/unsaved.js';
import { useTexts, type Texts } from '../texts/index.js';
import { useRoundChange, type RoundTabProps } from './award-round.js';

type Given = AwardPolicy['given'][number];

/** A figure that was given, in words. */
export function givenText(value: unknown, given: Given | undefined, { t, text }: Texts): string {
  if (typeof value === 'boolean') return t(value ? 'inputs.yes' : 'inputs.no');
  const shown =
    typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
  if (given?.type !== 'amount') return shown;
  return `${decimalText(shown)} ${text(given.unit)}`.trim();
}

interface InputRow {
  key: string;
  enterprise: string;
  name: string;
  figure: string;
  value: string;
  source: string;
  by: string;
  at: string;
}

/** Each figure given about enterprises, one row each, newest first. */
export function inputRows(round: AwardRound, policy: AwardPolicy, texts: Texts): InputRow[] {
  return round.inputs
    .flatMap((input, at) =>
      Object.entries(input.inputs).map(([name, value]) => {
        const given = policy.given.find((one) => one.name === name);
        return {
          key: `${at}/${name}`,
          enterprise: input.enterprise,
          name: input.name || (round.lines.find((l) => l.enterprise === input.enterprise)?.name ?? ''),
          figure: given ? texts.text(given.text) : name,
          value: givenText(value, given, texts),
          source: input.source,
          by: input.givenBy,
          at: input.givenAt,
        };
      }),
    )
    .reverse();
}

/** Figures the gateway cannot know, with their source and who gave them. */
export function InputsTab({ round, policy }: RoundTabProps) {
  const texts = useTexts();
  const { t } = texts;
  const [adding, setAdding] = useState(false);
  return (
    <>
      <p className="quiet tab-help">{t('inputs.help')}</p>
      {round.state !== 'frozen' && (
        <div className="tab-bar no-print">
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>
            {t('inputs.add')}
          </Button>
        </div>
      )}
      <Table<InputRow>
        size="small"
        rowKey="key"
        dataSource={inputRows(round, policy, texts)}
        pagination={false}
        tableLayout="auto"
        scroll={{ x: 900 }}
        locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('inputs.none')} /> }}
        columns={[
          {
            title: t('lines.enterprise'),
            render: (_, row) => (
              <>
                {row.name} <span className="mono quiet">{row.enterprise}</span>
              </>
            ),
          },
          { title: t('inputs.figure'), dataIndex: 'figure' },
          { title: t('inputs.value'), dataIndex: 'value', align: 'right', className: 'num' },
          { title: t('inputs.source'), dataIndex: 'source', className: 'wide-text' },
          {
            title: t('inputs.given'),
            render: (_, { by, at }) => (
              <span className="quiet">
                {by} · {timeText(at)}
              </span>
            ),
          },
        ]}
      />
      {adding && <GiveFigure round={round} policy={policy} onClose={() => setAdding(false)} />}
    </>
  );
}

interface Values {
  enterprise: string;
  figure: string;
  value: string | boolean | Dayjs;
  source: string;
}

const valueOf = (value: Values['value']): string | boolean =>
  typeof value === 'object' ? value.format('YYYY-MM-DD') : value;

function GiveFigure({ round, policy, onClose }: RoundTabProps & { onClose: () => void }) {
  const { t, text } = useTexts();
  const [form] = Form.useForm<Values>();
  const figure = Form.useWatch('figure', form);
  const typed = Form.useWatch('source', form);
  const given = policy.given.find(({ name }) => name === figure);
  const send = useRoundChange(
    (values: Values) =>
      api.giveInputs(round.id, {
        enterprise: values.enterprise.trim(),
        name: round.lines.find((l) => l.enterprise === values.enterprise)?.name ?? '',
        inputs: { [values.figure]: valueOf(values.value) },
        source: values.source,
      }),
    onClose,
  );
  const leaving = useUnsaved(!send.isPending && !send.isSuccess && Boolean(typed?.trim()));
  return (
    <Modal
      open
      title={t('inputs.add')}
      okText={t('action.save')}
      cancelText={t('action.cancel')}
      confirmLoading={send.isPending}
      onOk={() => form.submit()}
      onCancel={() => leaving(onClose)}
    >
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={(values) => send.mutate(values)}
      >
        <Form.Item
          name="enterprise"
          label={t('inputs.enterprise')}
          rules={[{ required: true, whitespace: true, message: t('inputs.enterpriseNeeded') }]}
        >
          <AutoComplete
            options={round.lines.map((l) => ({ value: l.enterprise, label: `${l.name} ${l.enterprise}` }))}
            showSearch={{ filterOption: (typed, option) => String(option?.label ?? '').includes(typed) }}
            maxLength={50}
          />
        </Form.Item>
        <Form.Item
          name="figure"
          label={t('inputs.figure')}
          rules={[{ required: true, message: t('inputs.figureNeeded') }]}
        >
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            options={policy.given.map((g) => ({ value: g.name, label: text(g.text) }))}
            onChange={() => form.resetFields(['value'])}
          />
        </Form.Item>
        <Form.Item
          name="value"
          label={`${t('inputs.value')}${given?.unit ? `（${text(given.unit)}）` : ''}`}
          rules={[
            { required: true, message: t('inputs.valueNeeded') },
            ...(given?.type === 'amount'
              ? [{ pattern: /^\d{1,15}(\.\d{1,5})?$/, message: t('inputs.valueNeeded') }]
              : []),
          ]}
        >
          {given?.type === 'flag' ? (
            <Radio.Group
              options={[
                { value: true, label: t('inputs.yes') },
                { value: false, label: t('inputs.no') },
              ]}
            />
          ) : given?.type === 'day' ? (
            <DatePicker style={{ width: '100%' }} />
          ) : (
            <Input
              inputMode={given?.type === 'amount' ? 'decimal' : 'text'}
              autoComplete="off"
              maxLength={200}
            />
          )}
        </Form.Item>
        <Form.Item
          name="source"
          label={t('inputs.source')}
          rules={[{ required: true, whitespace: true, message: t('inputs.sourceNeeded') }]}
        >
          <Input.TextArea rows={2} maxLength={500} showCount />
        </Form.Item>
      </Form>
    </Modal>
  );
}
