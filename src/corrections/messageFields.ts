import type { CompiledMessage } from '../messages/compile.js';
import type { OrderData } from '../messages/values.js';

/** One field of a message that two revisions write differently; `n` counts lines from 1, null in the head. */
export interface MessageFieldChange {
  name: string;
  n: number | null;
  before: string | null;
  after: string | null;
}

export interface Written {
  order: OrderData;
  copNo: string;
}

const FIXED = { guid: '0'.repeat(36), appType: '1', appStatus: '2', appTime: new Date(0) };
const NOBODY = { copCode: '', copName: '', dxpMode: 'DXP', dxpId: '' } as const;

/**
 * Writes two revisions of a document with everything else alike and compares what stands in the message: the fields
 * that customs would see changed. Throws RangeError for values that cannot be written.
 */
export function compareMessages(
  message: CompiledMessage,
  before: Written,
  after: Written,
): MessageFieldChange[] {
  const [a, b] = [before, after].map(
    ({ order, copNo }) =>
      message.write([{ order, document: { ...FIXED, copNo } }], { guid: FIXED.guid, transfer: NOBODY }).head,
  );
  if (a === undefined || b === undefined || a === b) return [];
  const [was, is] = [fieldsOf(a, message), fieldsOf(b, message)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((key) => {
    const [name = '', n] = key.split(' ');
    const change = {
      name,
      n: n ? Number(n) : null,
      before: was.get(key) ?? null,
      after: is.get(key) ?? null,
    };
    return change.before === change.after ? [] : [change];
  });
}

/** The leaves of one written document: `qty 2` for the second line, `ieDate` in the head. */
function fieldsOf(canonical: string, message: CompiledMessage): Map<string, string> {
  const lists = new Set(
    message.mapping.root.flatMap((node) =>
      [node, ...(node.children ?? [])].filter((n) => n.each).map((n) => n.node),
    ),
  );
  const fields = new Map<string, string>();
  const counts = new Map<string, number>();
  let line: number | undefined;
  for (const [, closing, name = '', leaf] of canonical.matchAll(
    /<(\/)?(?:ceb:)?(\w+)[^>]*>(?:([^<]*)<\/(?:ceb:)?\2>)?/g,
  )) {
    if (lists.has(name)) {
      line = closing ? undefined : (counts.get(name) ?? 0) + 1;
      if (line !== undefined) counts.set(name, line);
    } else if (leaf !== undefined) fields.set(line === undefined ? name : `${name} ${line}`, unescape(leaf));
  }
  return fields;
}

/** The counterpart of the canonical writer's text escapes. */
const unescape = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&#xD;', '\r').replaceAll('&amp;', '&');
