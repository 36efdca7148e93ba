import { useState } from 'react';
import { Input, Table, type TableColumnsType } from 'antd';
import { Link } from 'react-router-dom';
import type { Filing, FilingData } from '../api/types.js';
import { codeName } from '../parts/codes.js';
import { filingFields, filingLabel } from '../parts/filing-kinds.js';
import { timeText } from '../parts/format.js';
import { Panel } from '../parts/page.js';
import { usePages } from '../parts/printing.js';
import { DeliveryTag, StatusCode, VerdictTag } from '../parts/status.js';
import { CoachShort } from '../parts/coach.js';
import { useTexts } from '../texts/index.js';

/** The documents a filing was split into, of the newest revision; earlier revisions below. */
export function FilingParts({ one }: { one: Filing }) {
  const { t } = useTexts();
  const newest = one.documents.filter((document) => document.revision === one.revision);
  const earlier = one.documents.filter((document) => document.revision !== one.revision);
  return (
    <Panel title={t('filings.parts')} flush>
      <Parts documents={newest} parts={one.parts} />
      {earlier.length > 0 && (
        <details className="earlier-documents">
          <summary>{t('documents.earlier', { count: earlier.length })}</summary>
          <Parts documents={earlier} parts={one.parts} />
        </details>
      )}
    </Panel>
  );
}

function Parts({ documents, parts }: { documents: Filing['documents']; parts: number }) {
  const { t, text } = useTexts();
  return (
    <table className="plain">
      <thead>
        <tr>
          <th>{t('filings.part')}</th>
          <th>{t('field.delivery')}</th>
          <th>{t('field.verdict')}</th>
          <th>{t('field.lastReceipt')}</th>
        </tr>
      </thead>
      <tbody>
        {documents.map((document) => (
          <tr key={document.id}>
            <td className="num">
              {document.key['msgSeqNo'] ?? '1'} / {parts}
              {document.revision > 1 && ` · ${t('document.revision', { n: document.revision })}`}
            </td>
            <td>
              <DeliveryTag value={document.delivery} />
            </td>
            <td>
              <VerdictTag value={document.verdict} />
            </td>
            <td>
              {document.status ? (
                <>
                  <StatusCode status={document.status} /> {text(document.status.text)}{' '}
                  <span className="quiet num">{timeText(document.statusTime)}</span>
                </>
              ) : (
                <span className="quiet">—</span>
              )}
              {document.coach && <CoachShort coach={document.coach} />}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Covered({ one }: { one: Filing }) {
  const { t } = useTexts();
  const [sought, setSought] = useState('');
  const part = sought.trim().toUpperCase();
  const shown = one.covered.filter((row) =>
    [row.orderNo, row.copNo, row.invtNo].some((number) => number?.toUpperCase().includes(part)),
  );
  return (
    <Panel
      title={t('filings.covered', { count: one.covered.length })}
      flush
      extra={
        one.covered.length > 5 ? (
          <Input
            allowClear
            size="small"
            className="no-print"
            aria-label={t('filings.coveredSearch')}
            placeholder={t('filings.coveredSearch')}
            value={sought}
            onChange={(event) => setSought(event.target.value)}
          />
        ) : undefined
      }
    >
      <CoveredLists lists={shown} />
    </Panel>
  );
}

/** Lists by the numbers people know them by, each leading to its declaration. */
export function CoveredLists({ lists }: { lists: Filing['covered'] }) {
  const { t } = useTexts();
  const pages = usePages(lists.length, 20);
  const columns: TableColumnsType<Filing['covered'][number]> = [
    {
      title: t('field.orderNo'),
      key: 'orderNo',
      className: 'mono',
      render: (_, row) => <Link to={`/declarations/${row.id}`}>{row.orderNo}</Link>,
    },
    { title: t('field.copNo'), key: 'copNo', className: 'mono', render: (_, row) => row.copNo },
    { title: t('field.invtNo'), key: 'invtNo', className: 'mono', render: (_, row) => row.invtNo ?? '—' },
    { title: t('field.verdict'), key: 'verdict', render: (_, row) => <VerdictTag value={row.verdict} /> },
  ];
  return (
    <Table
      size="small"
      rowKey="id"
      columns={columns}
      dataSource={lists}
      pagination={pages}
      scroll={{ x: 'max-content' }}
    />
  );
}

type Line = Extract<FilingData[string], unknown[]>[number];

/** What the filing says line by line. */
export function FilingLines({ one }: { one: Filing }) {
  const { t, text } = useTexts();
  const lines: Line[] = Array.isArray(one.data['list']) ? one.data['list'] : [];
  const pages = usePages(lines.length, 20);
  if (lines.length === 0) return null;
  const columns: TableColumnsType<{ line: Line; index: number }> = filingFields(one.messageType)
    .list.filter(({ name }) => lines.some((line) => line[name] !== undefined && line[name] !== null))
    .map((field) => ({
      title: <span title={field.name}>{text(filingLabel(field))}</span>,
      key: field.name,
      className: 'mono',
      render: (_, { line }) => {
        const value = line[field.name];
        const name = codeName(field.codes, typeof value === 'string' ? value : undefined);
        return name ? <span title={text(name)}>{`${value} ${text(name)}`}</span> : value;
      },
    }));
  return (
    <Panel title={t('filings.lines', { count: lines.length })} flush>
      <Table
        size="small"
        rowKey={({ index }) => index}
        columns={columns}
        dataSource={lines.map((line, index) => ({ line, index }))}
        pagination={pages}
        scroll={{ x: 600 }}
      />
    </Panel>
  );
}
