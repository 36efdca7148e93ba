import { z } from 'zod';

/**
 * The values a mapping may name in `from`. The order's come from `mappings/orders/fields.json`; those of the document
 * and of the transport are the gateway's own and listed here. A list is written `lines[]`.
 */
const gatewayPaths = [
  ...['guid', 'appType', 'appTime', 'appStatus', 'copNo', 'preNo', 'invtNo'].map(
    (name) => `document.${name}`,
  ),
  ...['copCode', 'copName', 'dxpMode', 'dxpId', 'note'].map((name) => `transfer.${name}`),
  ...['status', 'dxpMode', 'dxpAddress', 'note'].map((name) => `transfer.subscriptions[].${name}`),
  ...['name', 'version', 'content'].map((name) => `transfer.extensions[].${name}`),
];

/** What this room needs of the order field dictionary; the dictionary's own room checks the rest of it. */
export const orderFieldsSchema = z.object({
  fields: z.array(z.object({ path: z.string(), personal: z.boolean().optional() })),
});

/** The names that are in scope at a node: a root or the `as` name of an enclosing `each`, with its full path. */
export type Names = ReadonlyMap<string, string>;

export const rootNames: Names = new Map(
  ['order', 'filing', 'document', 'transfer'].map((root) => [root, root]),
);

/** Writes `line.qty` in full, `order.lines[].qty`; undefined when the first name is not in scope. */
export function fullPath(path: string, names: Names): string | undefined {
  const dot = path.indexOf('.');
  const head = dot < 0 ? path : path.slice(0, dot);
  const root = names.get(head);
  return root === undefined ? undefined : root + (dot < 0 ? '' : path.slice(dot));
}

/** The paths of the order, the document and the transport, in full form. */
export class ValuePaths {
  readonly #paths: ReadonlySet<string>;
  readonly #personal: ReadonlySet<string>;

  constructor(dictionary: z.output<typeof orderFieldsSchema>) {
    this.#paths = new Set([...gatewayPaths, ...dictionary.fields.map((f) => `order.${f.path}`)]);
    this.#personal = new Set(dictionary.fields.filter((f) => f.personal).map((f) => `order.${f.path}`));
  }

  has(path: string): boolean {
    return this.#paths.has(path);
  }

  /** A filing's data have the field names of its message, so only a field of that name may take the value. */
  static isFiling(path: string, field: string): boolean {
    return path === `filing.${field}` || path === `filing.list[].${field}`;
  }

  hasList(path: string): boolean {
    if (path === 'filing.list') return true;
    const prefix = `${path}[].`;
    return [...this.#paths].some((p) => p.startsWith(prefix));
  }

  /** True for values that must never be shown in a fault, a log or a list. */
  isPersonal(path: string): boolean {
    return this.#personal.has(path);
  }
}
