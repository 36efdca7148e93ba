import type { OrderData } from '../messages/values.js';

/** True for an order with goods under inspection (涉检): a line names its inspection category (检验检疫类别). */
export const isInspected = ({ lines }: OrderData): boolean =>
  Array.isArray(lines) &&
  lines.some(
    (line: unknown) =>
      typeof line === 'object' && line !== null && 'inspType' in line && Boolean(line.inspType),
  );
