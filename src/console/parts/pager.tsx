import { Button } from 'antd';
import { LeftOutlined, RightOutlined, VerticalRightOutlined } from '@ant-design/icons';
import { useTexts } from '../texts/index.js';

interface PagerProps {
  /** How many pages were left behind on the way here. */
  depth: number;
  next: string | null;
  count: number;
  onFirst: () => void;
  onPrevious: () => void;
  onNext: (cursor: string) => void;
  busy?: boolean;
}

/** Keyset paging has no page numbers: first, previous, next. */
export function Pager({ depth, next, count, onFirst, onPrevious, onNext, busy = false }: PagerProps) {
  const { t } = useTexts();
  if (depth === 0 && !next && count === 0) return null;
  return (
    <nav className="pager no-print" aria-label={t('pager.label')}>
      <span className="quiet">{t('pager.where', { page: depth + 1, count })}</span>
      <Button size="small" icon={<VerticalRightOutlined />} disabled={depth === 0 || busy} onClick={onFirst}>
        {t('pager.first')}
      </Button>
      <Button size="small" icon={<LeftOutlined />} disabled={depth === 0 || busy} onClick={onPrevious}>
        {t('pager.previous')}
      </Button>
      <Button
        size="small"
        icon={<RightOutlined />}
        iconPlacement="end"
        disabled={!next || busy}
        onClick={() => next && onNext(next)}
      >
        {t('pager.next')}
      </Button>
    </nav>
  );
}
