import { useEffect, useRef, type ReactNode } from 'react';
import { useLocation } from 'react-router-dom';
import { useTexts } from '../texts/index.js';

interface PageHeadProps {
  title: ReactNode;
  sub?: ReactNode;
  actions?: ReactNode;
  /** What the tab of the browser adds to the title, for pages with tabs of their own. */
  part?: string | undefined;
}

/** The page whose heading had the focus last; the first page of a visit leaves the focus where the browser puts it. */
let focusedPage = window.location.pathname;

/**
 * Title line of a page with its actions at the right. A new page takes the focus to its heading, so that keyboard and
 * screen reader go on where the page begins, and names the browser's tab.
 */
export function PageHead({ title, sub, actions, part }: PageHeadProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { pathname } = useLocation();
  const { t } = useTexts();
  useEffect(() => {
    const name = heading.current?.textContent?.trim();
    document.title = [part, name, t('app.name')].filter(Boolean).join(' · ');
  });
  useEffect(() => {
    if (focusedPage === pathname) return;
    focusedPage = pathname;
    heading.current?.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }, [pathname]);
  return (
    <div className="page-head">
      <div>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {sub && <div className="page-sub">{sub}</div>}
      </div>
      {actions && <div className="page-actions no-print">{actions}</div>}
    </div>
  );
}

interface PanelProps {
  title?: ReactNode;
  extra?: ReactNode;
  children: ReactNode;
  /** No padding: for tables that go to the edge. */
  flush?: boolean;
  className?: string;
}

/** A white box with an optional heading. */
export function Panel({ title, extra, children, flush = false, className = '' }: PanelProps) {
  return (
    <section className={`panel ${flush ? 'flush' : ''} ${className}`}>
      {(title || extra) && (
        <header className="panel-head">
          <h2>{title}</h2>
          {extra && <div className="panel-extra">{extra}</div>}
        </header>
      )}
      <div className="panel-body">{children}</div>
    </section>
  );
}

/** Label and value pairs in columns; empty values are shown as a dash so that nothing moves. */
export function Facts({
  items,
  columns = 2,
}: {
  items: [label: ReactNode, value: ReactNode][];
  columns?: number;
}) {
  return (
    <dl className="facts" style={{ '--columns': columns } as React.CSSProperties}>
      {items.map(([label, value], index) => (
        <div key={index}>
          <dt>{label}</dt>
          <dd>
            {value === null || value === undefined || value === '' ? <span className="quiet">—</span> : value}
          </dd>
        </div>
      ))}
    </dl>
  );
}
