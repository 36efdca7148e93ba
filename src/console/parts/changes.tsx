import { ArrowRightOutlined } from '@ant-design/icons';
import type { Text } from '../api/types.js';
import { useTexts } from '../texts/index.js';

export interface Change {
  path: string;
  label: Text;
  before: string | null;
  after: string | null;
  personal?: boolean;
}

/** Before → after, one line per field. */
export function ChangeList({ changes }: { changes: Change[] }) {
  const { t, text } = useTexts();
  const shown = (value: string | null, personal?: boolean) =>
    value ?? <span className="quiet">{t(personal ? 'change.hidden' : 'change.empty')}</span>;
  return (
    <ul className="changes">
      {changes.map((change) => (
        <li key={change.path} title={change.path}>
          <span className="quiet">{text(change.label)}</span>{' '}
          {change.personal && change.before === null && change.after === null ? (
            shown(null, true)
          ) : (
            <>
              <del>{shown(change.before)}</del> <ArrowRightOutlined aria-label="→" className="quiet" />{' '}
              <ins>{shown(change.after)}</ins>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
