import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { FileExcelOutlined } from '@ant-design/icons';
import { Form, Input, type TableColumnsType } from 'antd';
import { Link } from 'react-router-dom';
import { api } from '../api/calls.js';
import { withQuery } from '../api/client.js';
import { keys } from '../api/queries.js';
import type { HistoryFile, HistoryTaken } from '../api/types.js';
import { CopyButton } from '../parts/copy.js';
import { decimalText, timeText } from '../parts/format.js';
import { MadeFileButton } from '../parts/made-file.js';
import { PageHead, Panel } from '../parts/page.js';
import { PagedList } from '../parts/paged-list.js';
import { useSheetImport } from '../parts/sheet-import.js';
import { useUnsaved } from '../parts/unsaved.js';
import { useTexts } from '../texts/index.js';

const SHORTEST_SOURCE = 2;

/** Clearances from before the gateway: handed in with their source, each file with its verdict, and the files so far. */
export default function HistoryPage() {
  const { t } = useTexts();
  const [source, setSource] = useState('');
  const said = source.trim();
  const files = useQuery({
    queryKey: keys.historyFiles,
    queryFn: async ({ signal }) => ({ ...(await api.historyFiles(signal)), next: null }),
  });
  const sheet = useSheetImport<HistoryTaken>({
    sheet: 'history',
    path: withQuery('/v1/figures/history', { source: said }),
    label: t('history.import'),
    why: said.length < SHORTEST_SOURCE ? t('history.sourceNeeded') : null,
    refresh: ['reports', 'totals', 'figure-records'],
    summary: ({ added, versions, unchanged, listed }) =>
      t('history.taken', { added, versions, unchanged, listed }),
  });
  useUnsaved(said !== '' && !sheet.taken);
  const columns: TableColumnsType<HistoryFile> = [
    {
      title: t('history.file'),
      key: 'file',
      render: (_, file) => (
        <>
          {file.name}
          <div className="quiet small">{file.source}</div>
        </>
      ),
    },
    {
      title: t('history.months'),
      key: 'months',
      className: 'num',
      render: (_, { from, to }) => (from === null ? '—' : from === to ? from : `${from} – ${to}`),
    },
    {
      title: t('history.lines'),
      key: 'lines',
      align: 'right',
      className: 'num',
      render: (_, { lines }) => decimalText(String(lines)),
    },
    {
      title: 'SHA-256',
      key: 'sha256',
      render: (_, { sha256 }) => (
        <span className="copyable">
          <span className="mono" title={sha256}>{`${sha256.slice(0, 16)}…`}</span>
          <CopyButton value={sha256} what="SHA-256" />
        </span>
      ),
    },
    {
      title: t('history.imported'),
      key: 'imported',
      render: (_, file) => (
        <>
          <span className="num">{timeText(file.importedAt)}</span>
          <div className="quiet small">{file.importedBy}</div>
        </>
      ),
    },
    {
      title: '',
      key: 'records',
      className: 'row-acts',
      align: 'right',
      render: (_, { from, to }) =>
        from !== null &&
        to !== null && (
          <Link to={`/totals/records?source=history&from=${from.slice(0, 7)}&to=${to.slice(0, 7)}`}>
            {t('history.records')}
          </Link>
        ),
    },
  ];
  return (
    <>
      <PageHead title={t('history.title')} sub={t('history.sub')} />
      <Panel>
        <div className="history-import">
          <Form layout="vertical" component="div" requiredMark={false}>
            <Form.Item label={t('history.source')} htmlFor="history-source">
              <Input
                id="history-source"
                value={source}
                maxLength={500}
                placeholder={t('history.sourceHint')}
                onChange={(event) => setSource(event.target.value)}
              />
            </Form.Item>
          </Form>
          <div className="history-actions">
            <MadeFileButton path="/v1/figures/history/template" icon={<FileExcelOutlined />}>
              {t('history.template')}
            </MadeFileButton>
            {sheet.button}
          </div>
        </div>
        {sheet.result}
      </Panel>
      <Panel title={t('history.files')} flush>
        <PagedList query={files} rowKey="id" columns={columns} empty={t('history.none')} />
      </Panel>
    </>
  );
}
