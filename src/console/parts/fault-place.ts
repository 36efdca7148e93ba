import type { Text } from '../api/types.js';
import { hasFieldLabel, fieldLabel } from './filing-kinds.js';
import { fieldAt, labelAt } from './order-fields.js';

/**
 * Where a fault stands, in words: the field of an order or of a message, with the number of its line. Undefined for
 * places that only programs know (a parameter of the API); the sentence of the fault says enough then.
 */
export function placeOf(path: string): Text | undefined {
  if (fieldAt(path) || /^lines\[\d+\]$/.test(path)) return labelAt(path);
  const [, line] = /^(?:data\.)?list\[(\d+)\]/.exec(path) ?? [];
  const name = path.split('.').at(-1) ?? '';
  const label = hasFieldLabel(name) ? fieldLabel(name) : undefined;
  if (line === undefined) return label ?? (/[^\x21-\x7e]/.test(path) ? { zh: path, en: path } : undefined);
  const n = Number(line) + 1;
  return {
    zh: `第 ${n} 行${label ? ` · ${label.zh}` : ''}`,
    en: `Line ${n}${label ? ` · ${label.en}` : ''}`,
  };
}
