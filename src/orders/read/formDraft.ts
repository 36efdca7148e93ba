import type { Fault } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';

/** More leaves and nodes than any form of fifty goods lines has; deeper than any. */
const mostParts = 20_000;
const deepest = 6;

/** What an order brings for a form (报关单、检验检疫申请), by element name. */
export type FormDraft = Record<string, unknown>;

/**
 * Reads the draft of a form: objects, lists and single values, texts trimmed, empty ones left out. Which names there are
 * the form itself says later (G01); here only what no form could be is refused (I16).
 */
export function draftOfValue(value: unknown, path: string): { draft?: FormDraft; faults: Fault[] } {
  const faults: Fault[] = [];
  let parts = 0;
  const refuse = (at: string): undefined => {
    if (faults.length === 0)
      faults.push(
        makeFault('I16', at.slice(0, 200), {
          key: at.slice(0, 200),
          expectedZh: '按元素名称填写的内容，例如 {"DecHead": {"TypistNo": "…"}}',
          expectedEn: 'values by element name, for example {"DecHead": {"TypistNo": "…"}}',
        }),
      );
    return undefined;
  };
  const read = (item: unknown, at: string, depth: number): unknown => {
    if (++parts > mostParts || depth > deepest) return refuse(at);
    if (item === null || item === undefined) return undefined;
    if (typeof item === 'string') return item.trim() || undefined;
    if (typeof item === 'number' || typeof item === 'boolean') return String(item);
    if (Array.isArray(item))
      return item.map((entry: unknown, i) => read(entry, `${at}[${i}]`, depth + 1) ?? {});
    if (typeof item !== 'object') return refuse(at);
    const node: FormDraft = {};
    for (const [name, inner] of Object.entries(item)) {
      if (!/^[A-Za-z][A-Za-z0-9_]{0,59}$/.test(name)) {
        refuse(`${at}.${name}`);
        continue;
      }
      const kept = read(inner, `${at}.${name}`, depth + 1);
      if (kept !== undefined) node[name] = kept;
    }
    return node;
  };
  if (value === null) return { faults };
  const draft = typeof value === 'object' && !Array.isArray(value) ? read(value, path, 0) : refuse(path);
  return draft === undefined || faults.length > 0 ? { faults } : { draft: draft as FormDraft, faults };
}
