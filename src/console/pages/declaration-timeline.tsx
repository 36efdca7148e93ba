import type { Declaration, TimelineEntry } from '../api/types.js';
import { timeText } from '../parts/format.js';
import { VerdictTag } from '../parts/status.js';
import { Timeline } from '../parts/timeline.js';
import { useTexts } from '../texts/index.js';

interface GroupedTimelineProps {
  one: Declaration;
  onShow: (entry: TimelineEntry) => void;
}

/** What happened, folded per document with its earlier revisions; the document that needs a person stands open. */
export function GroupedTimeline({ one, onShow }: GroupedTimelineProps) {
  const { t, text } = useTexts();
  const types = [...new Set(one.documents.map((document) => document.messageType))];
  const known = new Map(one.documents.map((document) => [document.id, document.messageType]));
  const entriesOf = (type: string | undefined) =>
    one.timeline.filter((entry) => (entry.documentId ? known.get(entry.documentId) : undefined) === type);
  const groups = [
    ...types.map((type) => {
      const current = one.documents.find((d) => d.messageType === type && d.current);
      return {
        key: type,
        title: text(current?.title) || type,
        verdict: current?.verdict,
        entries: entriesOf(type),
        open: one.cause?.messageType === type,
      };
    }),
    {
      key: 'order',
      title: t('timeline.order'),
      verdict: undefined,
      entries: entriesOf(undefined),
      open: false,
    },
  ].filter(({ entries }) => entries.length > 0);
  return groups.map(({ key, title, verdict, entries, open }) => (
    <details key={key} className="timeline-group" open={open}>
      <summary>
        <b>{title}</b>
        {verdict && <VerdictTag value={verdict} />}
        <span className="quiet num">
          {t('timeline.entries', { count: entries.length })} · {timeText(entries.at(-1)?.at)}
        </span>
      </summary>
      <Timeline entries={entries} onShow={onShow} />
    </details>
  ));
}
