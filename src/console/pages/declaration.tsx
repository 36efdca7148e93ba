import { useState } from 'react';
import { PrinterOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Segmented } from 'antd';
import { Link, useParams } from 'react-router-dom';
import { api } from '../api/calls.js';
import { usePolling } from '../api/live.js';
import { keys } from '../api/queries.js';
import { mayAct, useMe } from '../api/session.js';
import type { Declaration, DeclarationDocument, TimelineEntry } from '../api/types.js';
import { useBytes } from '../parts/bytes.js';
import { codeName, currencyText } from '../parts/codes.js';
import { Copyable } from '../parts/copy.js';
import { amountText, decimalText, timeText } from '../parts/format.js';
import { Loaded } from '../parts/loaded.js';
import { Facts, PageHead, Panel } from '../parts/page.js';
import { documentKinds, trackKinds } from '../parts/states.js';
import { DeliveryTag, StatusCode, VerdictTag } from '../parts/status.js';
import { Timeline } from '../parts/timeline.js';
import { useTexts } from '../texts/index.js';
import { ActionBar, ReversalMarks, type OpenAction } from './declaration-actions.js';
import { DeclarationAttachments } from './declaration-attachments.js';
import { DeclarationCertificates } from './declaration-certificates.js';
import { DeclarationDocuments } from './declaration-documents.js';
import { DeclarationExtras } from './declaration-extras.js';
import { DeclarationNotices } from './declaration-notices.js';
import { DeclarationRecords } from './declaration-records.js';
import { GoodsTable, OrderContent } from './declaration-order.js';
import { ListPlace, StateStrip } from './declaration-strip.js';
import { DeclarationTracks, hasTracks } from './declaration-tracks.js';
import { GroupedTimeline } from './declaration-timeline.js';

const BY_DOCUMENT = 'by-document';
const ALL = '';
const TRACKS = 'tracks';
const TRACK_TYPES = trackKinds.flatMap(({ messageTypes }) => messageTypes);

/** Everything about one declaration: both columns, its four documents, the order, and what happened when. */
export default function DeclarationPage() {
  const { id = '' } = useParams();
  const polling = usePolling();
  const query = useQuery({
    queryKey: keys.declaration(id),
    queryFn: ({ signal }) => api.declaration(id, signal),
    refetchInterval: polling,
  });
  return <Loaded query={query}>{(one) => <DeclarationView one={one} />}</Loaded>;
}

function DeclarationView({ one }: { one: Declaration }) {
  const { t, text } = useTexts();
  const bytes = useBytes();
  const [only, setOnly] = useState(BY_DOCUMENT);
  const [open, setOpen] = useState<OpenAction>(null);
  const acts = mayAct(useMe().role);
  const actions = useQuery({
    queryKey: keys.actions(one.id),
    queryFn: ({ signal }) => api.actions(one.id, signal),
    enabled: acts,
  });
  const shown =
    only === ALL
      ? one.timeline
      : one.timeline.filter((entry) =>
          only === TRACKS
            ? TRACK_TYPES.includes(entry.messageType ?? '')
            : sameDocument(one, only).has(entry.documentId),
        );
  const markOf = (document: DeclarationDocument) => {
    const kind = [...documentKinds, ...trackKinds].find(({ messageTypes }) =>
      messageTypes.includes(document.messageType),
    );
    return kind ? text(kind.mark) : document.messageType;
  };
  const show = (entry: TimelineEntry) => bytes.showEntry(entry, one.orderNo);

  return (
    <article className="declaration">
      <PageHead
        title={<Copyable value={one.orderNo} what={t('field.orderNo')} />}
        sub={
          <>
            <Link to="/declarations">{t('declarations.title')}</Link> ·{' '}
            {one.platform.name && `${one.platform.name} · `}
            {one.seller.name}
          </>
        }
        actions={
          <>
            <ListPlace id={one.id} />
            {acts && <ActionBar one={one} actions={actions.data} open={open} onOpen={setOpen} />}
            <Link to={`/declarations/print?ids=${one.id}`}>
              <Button icon={<PrinterOutlined />}>{t('forms.print')}</Button>
            </Link>
            <Button icon={<PrinterOutlined />} disabled={false} onClick={() => window.print()}>
              {t('action.print')}
            </Button>
          </>
        }
      />
      <StateStrip one={one} actions={actions.data} onCorrect={() => setOpen('correct')} />
      {hasTracks(one) && <DeclarationTracks one={one} />}
      <Panel>
        <div className="standing">
          <div>
            <span className="standing-label">{t('field.delivery')}</span>
            <DeliveryTag value={one.delivery} />
          </div>
          <div>
            <span className="standing-label">{t('field.verdict')}</span>
            <span>
              <VerdictTag value={one.verdict} /> <ReversalMarks one={one} />
            </span>
          </div>
          <div className="standing-wide">
            <span className="standing-label">{t('field.lastReceipt')}</span>
            {one.status ? (
              <span>
                <StatusCode status={one.status} /> {text(one.status.text)}{' '}
                <span className="quiet num">{timeText(one.statusTime)}</span>
              </span>
            ) : (
              <span className="quiet">—</span>
            )}
          </div>
        </div>
        <Facts columns={4} items={identifiers(one, t, text)} />
      </Panel>
      <DeclarationDocuments one={one} actions={actions.data} />
      <div className="two-columns">
        <div>
          <DeclarationNotices one={one} />
          {acts && hasTracks(one) && <DeclarationAttachments one={one} />}
          <DeclarationCertificates
            declarationId={one.id}
            offers={acts && one.order.ieFlag !== 'I' && one.regime !== '9610'}
          />
          <DeclarationRecords id={one.id} />
          <GoodsTable order={one.order} />
          <DeclarationExtras one={one} onShow={bytes.show} />
          <OrderContent order={one.order} />
          {one.counted.length > 0 && <Counted one={one} />}
        </div>
        <Panel
          title={t('declaration.timeline')}
          className="timeline-panel"
          extra={
            <Segmented
              size="small"
              className="no-print"
              aria-label={t('declaration.timelineOf')}
              value={only}
              onChange={setOnly}
              options={[
                { value: BY_DOCUMENT, label: t('timeline.byDocument') },
                { value: ALL, label: t('declaration.allDocuments') },
                ...(hasTracks(one) ? [{ value: TRACKS, label: t('tracks.timeline') }] : []),
                ...one.documents
                  .filter((document) => document.current)
                  .map((document) => ({
                    value: document.id,
                    label: markOf(document),
                    title: text(document.title),
                  })),
              ]}
            />
          }
        >
          {only === BY_DOCUMENT ? (
            <GroupedTimeline one={one} onShow={show} />
          ) : (
            <Timeline entries={shown} onShow={show} />
          )}
        </Panel>
      </div>
      {bytes.dialog}
    </article>
  );
}

/** A document with its earlier revisions. */
function sameDocument(one: Declaration, id: string): ReadonlySet<string | null> {
  const type = one.documents.find((document) => document.id === id)?.messageType;
  return new Set(one.documents.filter((document) => document.messageType === type).map((d) => d.id));
}

type T = ReturnType<typeof useTexts>;

function identifiers(one: Declaration, t: T['t'], text: T['text']): [React.ReactNode, React.ReactNode][] {
  const regime = codeName('regime', one.regime);
  const number = hasTracks(one) ? 'field.entryNo' : 'field.invtNo';
  return [
    [t('field.copNo'), <Copyable key="c" value={one.copNo} what={t('field.copNo')} />],
    [t('field.preNo'), <Copyable key="p" value={one.preNo} what={t('field.preNo')} />],
    [t(number), <Copyable key="i" value={one.invtNo} what={t(number)} />],
    [
      t('field.value'),
      <span key="v" className="num">
        {amountText(one.value.amount)} {currencyText(one.value.currency)}
      </span>,
    ],
    [t('field.regime'), `${one.regime}${regime ? ` ${text(regime)}` : ''}`],
    [
      t(one.order.ieFlag === 'I' ? 'field.origin' : 'field.country'),
      `${text(one.country.text)} (${one.country.code})`,
    ],
    [t('field.createdAt'), timeText(one.createdAt)],
    [t('field.releasedAt'), timeText(one.releasedAt)],
  ];
}

function Counted({ one }: { one: Declaration }) {
  const { t } = useTexts();
  return (
    <Panel title={t('declaration.counted')} flush>
      <table className="plain">
        <thead>
          <tr>
            <th>{t('field.month')}</th>
            <th className="right">CNY</th>
            <th className="right">USD</th>
            <th>{t('field.releasedAt')}</th>
            <th>{t('field.rate')}</th>
          </tr>
        </thead>
        <tbody>
          {one.counted.map((record) => (
            <tr key={`${record.month}-${record.releasedAt}`}>
              <td className="num">{record.month}</td>
              <td className="num right">{decimalText(record.cny)}</td>
              <td className="num right">{decimalText(record.usd)}</td>
              <td className="num">{timeText(record.releasedAt)}</td>
              <td className="mono">{record.rateId}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
