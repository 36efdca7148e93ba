import type { FieldDictionary } from './fields.js';
import type { Order } from './order.js';

/** A copy of an order without the values that name a person (fields marked `personal` in the dictionary). */
export function withoutPersonalFields(order: Order, dictionary: FieldDictionary): Order {
  const copy = structuredClone(order);
  for (const field of dictionary.fields) {
    if (!field.personal) continue;
    const [group = '', leaf = ''] = field.path.split('.');
    const values: unknown = copy[group as keyof Order];
    if (typeof values === 'object' && values !== null && !Array.isArray(values))
      delete (values as Record<string, unknown>)[leaf];
  }
  return copy;
}
