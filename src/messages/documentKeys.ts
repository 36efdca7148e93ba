import type { MessageMapping } from './mapping.js';
import type { MessageNode } from './reader.js';

/** The values of a document's key fields, in the order of the mapping; empty text where the document leaves one out. */
export const keyValues = (mapping: MessageMapping, document: MessageNode): string[] =>
  (mapping.key ?? []).map((name) => leafOf(document, name)?.trim() ?? '');

/** The first leaf of that name outside repeated nodes. */
function leafOf(node: MessageNode, name: string): string | undefined {
  const own = node[name];
  if (typeof own === 'string') return own;
  for (const child of Object.values(node)) {
    if (typeof child === 'string' || Array.isArray(child)) continue;
    const found = leafOf(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
