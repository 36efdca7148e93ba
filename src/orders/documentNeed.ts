import { z } from 'zod';
import type { Order } from './order.js';
import { eachValue, orderPath } from './paths.js';

/** `required`: the list waits for it; `optional`: sent where the order has its data; `none`: not sent. */
export const documentNeeds = ['required', 'optional', 'none'] as const;
export type DocumentNeed = (typeof documentNeeds)[number];

/** Whether a regime asks for a document, with the days from and to which it does and the law that says so. */
export const needsSchema = z
  .array(
    z.strictObject({
      is: z.enum(documentNeeds),
      validFrom: z.iso.date(),
      /** Last day in force. */
      validTo: z.iso.date().optional(),
      source: z.string().min(1),
      /** False where nobody of the project has read the source itself. */
      seen: z.boolean().default(true),
    }),
  )
  .default([]);

/** The paths whose values make up an optional document; it goes when all of them are filled. */
export const madeFromSchema = z.array(orderPath).default([]);

interface Needed {
  needs: z.output<typeof needsSchema>;
  madeFrom: z.output<typeof madeFromSchema>;
}

/** What a regime says of one of its documents on a day (`yyyy-MM-dd`); required where its file says nothing. */
export const needOn = ({ needs }: Pick<Needed, 'needs'>, date: string): DocumentNeed =>
  needs.find((n) => n.validFrom <= date && (n.validTo === undefined || date <= n.validTo))?.is ?? 'required';

/** True for a document that every order of the regime sends under the newest law: its fields are required ones. */
export const isAlwaysSent = ({ needs }: Pick<Needed, 'needs'>): boolean =>
  (needs.at(-1)?.is ?? 'required') === 'required';

/** Which of the paths an optional document is made from an order has filled. */
export function filledOf(order: Order, { madeFrom }: Pick<Needed, 'madeFrom'>): string[] {
  return madeFrom.filter((path) => {
    let filled = false;
    eachValue(path)(order, () => (filled = true));
    return filled;
  });
}

/** True when an order sends this document: it must, or it may and has all its data. */
export function isSent(order: Order, document: Needed, date: string): boolean {
  const need = needOn(document, date);
  if (need !== 'optional') return need === 'required';
  return document.madeFrom.length > 0 && filledOf(order, document).length === document.madeFrom.length;
}
