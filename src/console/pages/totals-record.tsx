import { LeftOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Skeleton, Table } from 'antd';
import { Link, useLocation, useParams } from 'react-router-dom';
import { api } from '../api/calls.js';
import { keys } from '../api/queries.js';
import type { FigureRecordDetail } from '../api/types.js';
import { useBytes } from '../parts/bytes.js';
import { codeName, currencyText } from '../parts/codes.js';
import { amountText, decimalText, timeText } from '../parts/format.js';
import { Facts, PageHead, Panel } from '../parts/page.js';
import { ProblemView } from '../parts/problem.js';
import { useTexts, type TextKey } from '../texts/index.js';
import { measureKey, useTotalsBack } from './totals-records.js';

const CAUSES = ['first', 'moment', 'amended', 'rate', 'attribution', 'rule', 'void'] as const;
const causeKey = (cause: string): TextKey => `cause.${CAUSES.find((one) => one === cause) ?? 'first'}`;

/** One counting record: what it says, every version it had, and the receipts and signed messages it rests on. */
export default function TotalsRecordPage() {
  const { id = '' } = useParams();
  const { t } = useTexts();
  const query = useQuery({
    queryKey: keys.figureRecord(id),
    queryFn: ({ signal }) => api.figureRecord(id, signal),
  });
  if (query.isError) return <ProblemView error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton active paragraph={{ rows: 10 }} className="page-skeleton" />;
  return (
    <>
      <PageHead
        title={t('record.title', { order: query.data.orderNos.join('、'), line: query.data.line })}
        sub={<BackLinks declaration={query.data.declaration && query.data.sourceId} />}
      />
      <RecordView record={query.data} />
    </>
  );
}

function BackLinks({ declaration }: { declaration: string | null }) {
  const { t } = useTexts();
  const state: unknown = useLocation().state;
  const back = useTotalsBack();
  const records =
    typeof state === 'object' && state !== null && 'records' in state ? String(state.records) : undefined;
  return (
    <span className="no-print">
      {records === undefined ? (
        <Link to={back.back ?? '/totals'}>
          <LeftOutlined /> {t(back.back ? 'action.back' : 'records.back')}
        </Link>
      ) : (
        <Link to={`/totals/records?${records}`} state={back}>
          <LeftOutlined /> {t('record.back')}
        </Link>
      )}
      {declaration && (
        <>
          {' '}
          · <Link to={`/declarations/${declaration}`}>{t('record.declaration')}</Link>
        </>
      )}
    </span>
  );
}

function RecordView({ record }: { record: FigureRecordDetail }) {
  const { t, text } = useTexts();
  const bytes = useBytes();
  const named = (table: string, code: string) => {
    const name = text(codeName(table, code));
    return code && (name && name !== code ? `${name} (${code})` : code);
  };
  return (
    <>
      <Panel title={t('record.says')}>
        <Facts
          columns={4}
          items={[
            [t('records.measure'), t(measureKey(record.measure))],
            [t('field.month'), record.month],
            [t('records.clearedAt'), timeText(record.clearedAt)],
            [t('records.releasedAt'), timeText(record.releasedAt)],
            [t('field.seller'), `${record.sellerName} ${record.enterprise}`],
            [t('field.regime'), named('regime', record.regime)],
            [t('field.country'), named('country', record.country)],
            [t('dimension.port'), named('customs', record.port)],
            [t('records.gcode'), record.gcode],
            [
              t('records.qty'),
              record.qty && `${decimalText(record.qty)} ${text(codeName('unit', record.unit))}`,
            ],
            [t('records.amount'), `${amountText(record.amount)} ${currencyText(record.currency)}`],
            ['CNY', record.cny === null ? t('records.noRate') : decimalText(record.cny)],
            ['USD', record.usd && decimalText(record.usd)],
            [t('records.rate'), record.rateId && <RateName id={record.rateId} />],
            [t('dimension.district'), record.district],
            [t('dimension.park'), record.park],
            [t('dimension.transport'), named('trafMode', record.transport)],
            [t('dimension.sourcePlace'), record.sourcePlace],
            [t('dimension.platform'), record.platform],
          ]}
        />
      </Panel>
      <Panel title={t('record.versions')} flush>
        <Table
          size="small"
          rowKey="id"
          pagination={false}
          tableLayout="auto"
          scroll={{ x: 'max-content' }}
          dataSource={record.versions}
          columns={[
            { title: t('record.version'), dataIndex: 'version', className: 'num' },
            { title: t('record.recordedAt'), render: (_, v) => timeText(v.recordedAt) },
            { title: t('record.cause'), render: (_, v) => t(causeKey(v.cause)) },
            { title: t('records.measure'), render: (_, v) => t(measureKey(v.measure)) },
            {
              title: 'CNY',
              align: 'right',
              className: 'num',
              render: (_, v) => (v.cny === null ? '—' : decimalText(v.cny)),
            },
            {
              title: 'USD',
              align: 'right',
              className: 'num',
              render: (_, v) => (v.usd === null ? '—' : decimalText(v.usd)),
            },
          ]}
        />
      </Panel>
      {record.imported && (
        <Panel title={t('record.imported')}>
          <Facts
            columns={2}
            items={[
              [t('record.documentNo'), record.imported.documentNo],
              [t('record.fileSource'), record.imported.source],
              [t('record.file'), record.imported.file],
              [t('record.fileRow'), String(record.imported.row)],
              [
                t('record.importedAt'),
                `${timeText(record.imported.importedAt)} ${record.imported.importedBy}`,
              ],
              ['sha256', record.imported.sha256],
            ]}
          />
        </Panel>
      )}
      <Panel title={t('record.evidence')} flush>
        <Table
          size="small"
          rowKey="key"
          pagination={false}
          tableLayout="auto"
          scroll={{ x: 'max-content' }}
          dataSource={evidenceOf(record, text)}
          locale={{ emptyText: t('record.noEvidence') }}
          columns={[
            { title: t('record.what'), render: (_, row) => t(`record.${row.kind}`) },
            { title: t('record.name'), dataIndex: 'name' },
            { title: t('record.at'), render: (_, row) => timeText(row.at) },
            {
              title: 'sha256',
              render: (_, row) => (
                <>
                  <span className="mono hash" title={row.of.sha256 ?? ''}>
                    {row.of.sha256?.slice(0, 16)}…
                  </span>
                  <span className="mono hash-full">{row.of.sha256}</span>
                </>
              ),
            },
            {
              title: '',
              className: 'row-acts no-print',
              render: (_, row) => (
                <Button type="link" size="small" onClick={() => bytes.show(row.of)}>
                  {row.masked ? t('record.openMasked') : t('action.open')}
                </Button>
              ),
            },
          ]}
        />
      </Panel>
      {bytes.dialog}
    </>
  );
}

/** Messages and receipts in one list; without the right to their bytes they open masked, and no hash is compared. */
function evidenceOf({ messages, receipts }: FigureRecordDetail, text: ReturnType<typeof useTexts>['text']) {
  const row = (
    kind: 'message' | 'receipt',
    name: string,
    at: string | null,
    of: { sha256: string; bytes: string | null; masked: string },
  ) => ({
    key: of.masked,
    kind,
    name,
    at,
    masked: of.bytes === null,
    of: { path: of.bytes ?? of.masked, title: name, sha256: of.sha256, fileName: `${name}.xml` },
  });
  return [
    ...messages.map((m) => row('message', m.messageType, null, m)),
    ...receipts.map((r) => row('receipt', `${text(r.text)} (${r.status})`, r.at, r)),
  ];
}

/** `customs-monthly:2026-10:EUR`: the table, month and currency of the rate, in words. */
function RateName({ id }: { id: string }) {
  const { t } = useTexts();
  const [table = '', month = '', currency = ''] = id.split(':');
  return (
    <span title={id}>{table === 'customs-monthly' ? t('records.rateOf', { month, currency }) : id}</span>
  );
}
