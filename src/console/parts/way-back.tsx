import type { ReactNode } from 'react';
import { Link } from 'react-router-dom';

/** The way back that stands before what a heading adds; paper has neither it nor the dot after it. */
export function WayBack({ to, children }: { to: string; children: ReactNode }) {
  return (
    <span className="no-print">
      <Link to={to}>{children}</Link> ·{' '}
    </span>
  );
}
