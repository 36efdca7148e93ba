import { useState } from 'react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Alert, App, Form, Input, Select, Skeleton, Table } from 'antd';
import { api } from '../api/calls.js';
import { keys, useRefresh } from '../api/queries.js';
import type { NewRates, Rates } from '../api/types.js';
import { ExplainedButton } from '../parts/action-button.js';
import { monthNow } from '../parts/format.js';
import { ProblemView } from '../parts/problem.js';
import { StateTag } from '../parts/status.js';
import { useUnsaved } from '../parts/unsaved.js';
import { useTexts } from '../texts/index.js';

/** The rates figures are converted with: which table is in force, its months, and the import of official ones. */
export function RatesTab() {
  const { t } = useTexts();
  const query = useQuery({ queryKey: keys.manage('rates'), queryFn: ({ signal }) => api.rates(signal) });
  if (query.isPending) return <Skeleton active className="page-skeleton" />;
  if (query.isError) return <ProblemView error={query.error} onRetry={() => void query.refetch()} />;
  const { inForce, imported, waits } = query.data;
  return (
    <div className="inset rates">
      <p className="quiet">{t('rates.help')}</p>
      <p>
        <b>{t('rates.inForce')}</b>{' '}
        <StateTag
          look={
            inForce.official
              ? { tone: 'good', text: { zh: '正式', en: 'Official' } }
              : { tone: 'wait', text: { zh: '示例数据', en: 'Sample data' } }
          }
        />{' '}
        {inForce.official ? inForce.source : t('rates.sampleSource')}
      </p>
      {!inForce.official && <Alert type="warning" showIcon title={t('rates.sample')} />}
      {waits && imported && (
        <Alert
          type="info"
          showIcon
          title={t('rates.waits', { months: imported.months.length, source: imported.source })}
        />
      )}
      <Months months={inForce.months} />
      <ImportForm />
    </div>
  );
}

function Months({ months }: { months: Rates['inForce']['months'] }) {
  const { t } = useTexts();
  const newest = months.at(-1)?.month;
  const now = monthNow();
  const [month, setMonth] = useState(months.some((one) => one.month === now) ? now : newest);
  const shown = months.find((one) => one.month === month) ?? months.at(-1);
  return (
    <>
      <label className="rates-month">
        {t('rates.month')}{' '}
        <Select
          value={shown?.month}
          onChange={setMonth}
          options={[...months].reverse().map((one) => ({ value: one.month, label: one.month }))}
          style={{ width: 130 }}
          aria-label={t('rates.month')}
        />
      </label>
      <Table
        size="small"
        rowKey={([currency]) => currency}
        pagination={false}
        columns={[
          { title: t('rates.currency'), key: 'currency', width: 120, render: (_, [currency]) => currency },
          {
            title: t('rates.rate'),
            key: 'rate',
            align: 'right',
            className: 'num',
            render: (_, [, rate]) => rate,
          },
        ]}
        dataSource={Object.entries(shown?.cnyPerUnit ?? {}).filter(([currency]) => currency !== 'CNY')}
        style={{ maxWidth: 420 }}
      />
    </>
  );
}

/** Rows as people paste them from a table: month, currency, rate; a heading is left out. */
const rowsOf = (text: string): NewRates['rows'] =>
  text
    .split(/\r?\n/)
    .map((line) => line.split(/[,，;\t]/).map((cell) => cell.trim()))
    .filter(([month = '']) => /\d/.test(month))
    .map(([month = '', currency = '', rate = '']) => ({ month, currency: currency.toUpperCase(), rate }));

function ImportForm() {
  const { t } = useTexts();
  const { message } = App.useApp();
  const refresh = useRefresh();
  const [source, setSource] = useState('');
  const [pasted, setPasted] = useState('');
  const rows = rowsOf(pasted);
  const send = useMutation({
    mutationFn: () => api.importRates({ source: source.trim(), rows }),
    onSuccess: () => {
      setSource('');
      setPasted('');
      void message.success(t('rates.done'));
      return refresh('manage');
    },
  });
  useUnsaved((source.trim() !== '' || pasted.trim() !== '') && !send.isPending);
  return (
    <Form layout="vertical" component="div" className="rates-import">
      <h3>{t('rates.import')}</h3>
      {send.isError && <ProblemView error={send.error} />}
      <Form.Item label={t('rates.source')} htmlFor="rates-source" extra={t('rates.sourceHelp')}>
        <Input
          id="rates-source"
          maxLength={300}
          value={source}
          onChange={(event) => setSource(event.target.value)}
        />
      </Form.Item>
      <Form.Item label={t('rates.rows')} htmlFor="rates-rows" extra={t('rates.rowsHelp')}>
        <Input.TextArea
          id="rates-rows"
          className="mono"
          rows={6}
          value={pasted}
          placeholder={'2026-12,USD,7.0821\n2026-12,EUR,8.2014'}
          onChange={(event) => setPasted(event.target.value)}
        />
      </Form.Item>
      <ExplainedButton
        type="primary"
        why={rows.length === 0 ? t('rates.needRows') : source.trim() === '' ? t('rates.needSource') : null}
        loading={send.isPending}
        onClick={() => send.mutate()}
      >
        {t('rates.send', { count: rows.length })}
      </ExplainedButton>
    </Form>
  );
}
