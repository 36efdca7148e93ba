import type { ReactNode } from 'react';

interface PageHeadProps {
  title: ReactNode;
  sub?: ReactNode;
  actions?: ReactNode;
}

/** Title line of a page with its actions at the right. */
export function PageHead({ title, sub, actions }: PageHeadProps) {
  return (
    <div className="page-head">
      <div>
        <h1>{title}</h1>
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
