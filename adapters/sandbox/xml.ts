import { createHash } from 'node:crypto';
import { cebNamespace } from './documents.js';

export type Dialect = 'ceb' | 'plain' | 'ns2';

export const escapeText = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** One element with leaves in the order given; a leaf that is undefined is left out. `prefix` ends with its colon. */
export function element(
  prefix: string,
  name: string,
  leaves: Readonly<Record<string, string | undefined>>,
): string {
  let xml = `<${prefix}${name}>`;
  for (const [leaf, value] of Object.entries(leaves))
    if (value !== undefined) xml += `<${prefix}${leaf}>${escapeText(value)}</${prefix}${leaf}>`;
  return `${xml}</${prefix}${name}>`;
}

/** Derived from what it belongs to, so that a replayed journal yields the same receipts. */
export function guidFrom(seed: string): string {
  const h = createHash('sha256').update(seed).digest('hex').slice(0, 32).toUpperCase();
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`;
}

/** A whole message of the port from its business nodes. */
export function render(
  root: string,
  guid: string,
  nodes: readonly ((prefix: string) => string)[],
  dialect: Dialect,
): Buffer {
  const prefix = dialect === 'plain' ? '' : `${dialect}:`;
  const declaration = dialect === 'plain' ? `xmlns="${cebNamespace}"` : `xmlns:${dialect}="${cebNamespace}"`;
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<${prefix}${root} ${declaration} guid="${guid}" version="1.0">` +
      `${nodes.map((node) => node(prefix)).join('')}</${prefix}${root}>\n`,
  );
}
