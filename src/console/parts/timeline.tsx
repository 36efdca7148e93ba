import { FileSearchOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import type { TimelineEntry } from '../api/types.js';
import { useTexts } from '../texts/index.js';
import { ChangeList } from './changes.js';
import { CoachShort } from './coach.js';
import { CopyButton } from './copy.js';
import { timeText } from './format.js';
import { messageNames, trackKinds, verdictLooks, type Tone } from './states.js';
import { isReceiptKind, StatusCode } from './status.js';

/** Things that happened, oldest first, as a plain list that prints as it looks. */
export function Timeline({
  entries,
  onShow,
}: {
  entries: TimelineEntry[];
  onShow: (entry: TimelineEntry) => void;
}) {
  return (
    <ol className="timeline">
      {entries.map((entry, index) => (
        <Entry key={`${entry.at}-${entry.kind}-${index}`} entry={entry} onShow={onShow} />
      ))}
    </ol>
  );
}

const OUTCOME_TONES: Record<NonNullable<TimelineEntry['outcome']>, Tone> = {
  accepted: 'busy',
  refused: 'bad',
  retry: 'wait',
  unknown: 'odd',
};

/** The dot has the colour of what the entry says, as on the cards; what says nothing keeps the plain one. */
const toneOf = ({ verdict, outcome }: TimelineEntry): string => {
  const tone = verdict ? verdictLooks[verdict].tone : outcome ? OUTCOME_TONES[outcome] : undefined;
  return tone ? `toned tone-${tone}` : '';
};

function Entry({ entry, onShow }: { entry: TimelineEntry; onShow: (entry: TimelineEntry) => void }) {
  const { t, text } = useTexts();
  const title = text(entry.title);
  const type = entry.messageType ?? '';
  const name = trackKinds.find(({ messageTypes }) => messageTypes.includes(type))?.name ?? messageNames[type];
  const meaning = text(entry.status?.text);
  // Customs often repeats the meaning of the status as its information; once is enough.
  const said = entry.detail === entry.status?.text.zh ? null : entry.detail;
  const [, n, answer] = (entry.kind === 'attempt' && /^#(\d+) ?(.*)$/s.exec(said ?? '')) || [];
  const detail = n ? t('timeline.try', { n }) : said;
  return (
    <li className={`event kind-${entry.kind} ${toneOf(entry)}`}>
      <div className="event-head">
        <time dateTime={entry.at} className="num">
          {timeText(entry.at)}
        </time>
        <span className="event-kind">{t(`timeline.${entry.kind}`)}</span>
        {name ? (
          <span className="code-mark">{text(name)}</span>
        ) : (
          type && <span className="mono quiet">{type.replace('Message', '')}</span>
        )}
      </div>
      <div className="event-title">
        {title}
        {entry.status && (
          <span className="event-status">
            <StatusCode status={entry.status} />
            {meaning !== title && ` ${meaning}`}
          </span>
        )}
      </div>
      {(detail || entry.infoCode) && (
        <div className="event-detail">
          {entry.infoCode && <span className="code-mark num">{entry.infoCode}</span>} {detail}
        </div>
      )}
      {answer && (
        <details className="event-meta">
          <summary>{t('timeline.answer')}</summary>
          <code>{answer}</code>
        </details>
      )}
      {entry.status && isReceiptKind(entry.status.status) && (
        <details className="event-meta no-print">
          <summary>{t('document.technical')}</summary>
          <code>{entry.status.status}</code>
        </details>
      )}
      {entry.coach && <CoachShort coach={entry.coach} />}
      {entry.changes && entry.changes.length > 0 && <ChangeList changes={entry.changes} />}
      {entry.receivedAt && entry.kind === 'receipt' && (
        <div className="event-meta">{t('timeline.received', { time: timeText(entry.receivedAt) })}</div>
      )}
      {entry.signature && <Signature signature={entry.signature} />}
      {entry.bytes && (
        <div className="event-meta event-bytes">
          <Button
            size="small"
            type="link"
            className="no-print"
            icon={<FileSearchOutlined />}
            onClick={() => onShow(entry)}
          >
            {t('bytes.show')}
          </Button>
          {entry.sha256 && (
            <>
              <span className="mono hash" title={entry.sha256}>
                sha256 {entry.sha256.slice(0, 16)}…
              </span>
              <span className="mono hash-full">sha256 {entry.sha256}</span>
              <CopyButton value={entry.sha256} what="sha256" />
            </>
          )}
        </div>
      )}
    </li>
  );
}

function Signature({ signature }: { signature: NonNullable<TimelineEntry['signature']> }) {
  const { t } = useTexts();
  return (
    <div className="event-meta">
      <span className={signature.ok ? 'good' : 'bad'}>
        {signature.ok ? '✓' : '✗'} {t(signature.ok ? 'signature.ok' : 'signature.bad')}
      </span>{' '}
      · {signature.suite.toUpperCase()} · {signature.subject}
      {signature.test && <span className="test-key">{t('signature.test')}</span>}
      <div className="mono quiet">{signature.keyName}</div>
    </div>
  );
}
