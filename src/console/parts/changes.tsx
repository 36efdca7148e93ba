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
  const empty = <span className="quiet">{t('change.empty')}</span>;
  return (
    <ul className="changes">
      {changes.map((change) => (
        <li key={change.path} title={change.path}>
          <span className="quiet">{text(change.label)}</span>{' '}
          {change.personal && change.before === null && change.after === null ? (
            <span className="quiet">{t('change.hidden')}</span>
          ) : (
            <>
              {change.before === null ? empty : <del>{change.before}</del>}{' '}
              <ArrowRightOutlined aria-label="→" className="quiet" />{' '}
              {change.after === null ? empty : <ins>{change.after}</ins>}
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
