import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { PlusOutlined } from '@ant-design/icons';
import { Button, Input, Select, type TableColumnsType } from 'antd';
import { Link, useNavigate } from 'react-router-dom';
import { api } from '../api/calls.js';
import { usePolling } from '../api/live.js';
import { keys } from '../api/queries.js';
import { mayAct, useMe } from '../api/session.js';
import type { CertificateFilter, CertificateSummary } from '../api/types.js';
import { timeText } from '../parts/format.js';
import { PagedList } from '../parts/paged-list.js';
import { PageHead, Panel } from '../parts/page.js';
import { certificateLooks } from '../parts/states.js';
import { StateTag } from '../parts/status.js';
import { useUrlFilter } from '../parts/url-filter.js';
import { useTexts, type Texts } from '../texts/index.js';

const LIMIT = 50;
const NAMES = [
  'search',
  'state',
  'type',
  'declarationId',
] as const satisfies readonly (keyof CertificateFilter)[];

/** Certificates of origin, newest first, found by their number, order or invoice. */
export default function CertificatesPage() {
  const texts = useTexts();
  const { t, text } = texts;
  const me = useMe();
  const navigate = useNavigate();
  const polling = usePolling();
  const place = useUrlFilter(NAMES);
  const filter = place.filter as CertificateFilter;
  const page = useQuery({
    queryKey: keys.certificates(filter, place.cursor),
    queryFn: ({ signal }) => api.certificates(filter, place.cursor, LIMIT, signal),
    placeholderData: keepPreviousData,
    refetchInterval: polling,
  });
  return (
    <>
      <PageHead
        title={t('certificates.title')}
        sub={t('certificates.sub')}
        actions={
          mayAct(me.role) && (
            <Button type="primary" icon={<PlusOutlined />} onClick={() => void navigate('/certificates/new')}>
              {t('certificates.new')}
            </Button>
          )
        }
      />
      <Panel flush>
        <div className="filter no-print" role="search">
          <Input.Search
            key={filter.search ?? ''}
            allowClear
            aria-label={t('certificates.search')}
            placeholder={t('certificates.search')}
            defaultValue={filter.search}
            onSearch={(search) => place.set({ search: search.trim() || undefined })}
            style={{ width: 280 }}
          />
          <Select
            aria-label={t('certificates.state')}
            placeholder={t('certificates.state')}
            allowClear
            value={filter.state}
            onChange={(state: string | undefined) => place.set({ state })}
            options={Object.entries(certificateLooks).map(([value, look]) => ({
              value,
              label: text(look.text),
            }))}
            style={{ width: 160 }}
          />
        </div>
        <PagedList<CertificateSummary>
          query={page}
          cursors={place}
          rowKey="id"
          columns={columnsOf(texts)}
          empty={t('certificates.none')}
          width={1150}
          pathOf={(row) => `/certificates/${row.id}`}
          table={{ className: 'list' }}
        />
      </Panel>
    </>
  );
}

const columnsOf = ({ t, text }: Texts): TableColumnsType<CertificateSummary> => [
  {
    title: t('certificates.certNo'),
    key: 'certNo',
    width: 190,
    render: (_, row) => (
      <Link to={`/certificates/${row.id}`} className="mono">
        {row.certNo}
      </Link>
    ),
  },
  {
    title: t('certificates.state'),
    key: 'state',
    width: 120,
    render: (_, row) => (
      <>
        <StateTag look={certificateLooks[row.state]} />
        {row.concerns.length > 0 && <div className="warn-text small">{t('certificates.concerned')}</div>}
      </>
    ),
  },
  {
    title: t('certificates.type'),
    key: 'type',
    width: 180,
    render: (_, row) => (
      <>
        {text(row.type.text)}
        {row.status.code !== '0' && <div className="quiet small">{text(row.status.text)}</div>}
      </>
    ),
  },
  {
    title: t('certificates.destination'),
    key: 'destination',
    width: 110,
    render: (_, row) => text(row.destination.text),
  },
  {
    title: t('certificates.exporter'),
    key: 'exporter',
    render: (_, row) => (
      <>
        {row.exporter.name}
        <div className="quiet small">{row.orderNos.join('、')}</div>
      </>
    ),
  },
  { title: t('certificates.invoice'), key: 'invoice', width: 150, render: (_, row) => row.invoiceNo },
  {
    title: t('certificates.lastReceipt'),
    key: 'receipt',
    width: 190,
    render: (_, row) => (
      <>
        {row.lastReceipt ? text(row.lastReceipt.text) : '—'}
        <div className="quiet small num">{row.lastReceiptAt && timeText(row.lastReceiptAt)}</div>
      </>
    ),
  },
  {
    title: t('certificates.applied'),
    key: 'created',
    width: 150,
    render: (_, row) => <span className="num">{timeText(row.createdAt)}</span>,
  },
];
