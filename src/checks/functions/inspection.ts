import { z } from 'zod';
import { orderLineSchema, type OrderLine } from '../../orders/order.js';
import { defineCheck } from '../check.js';

const leaf = z.enum(Object.keys(orderLineSchema.shape) as [keyof OrderLine, ...(keyof OrderLine)[]]);
const prefixes = z.array(z.string().regex(/^\d{2,10}$/));

/**
 * What goods of one category (their codes begin so, and with none of `except`) must say: every leaf of `needs`, and one of
 * each group of `oneOf`. `inspected` judges only lines that name an inspection category (检验检疫类别).
 */
export const categoryNeeds = defineCheck(
  {
    prefixes: prefixes.min(1),
    except: prefixes.default([]),
    inspected: z.boolean(),
    needs: z.array(leaf).default([]),
    oneOf: z.array(z.array(leaf).min(2)).default([]),
  },
  ({ prefixes: of, except, inspected, needs, oneOf }) =>
    (order, _situation, report) => {
      const begins = (code: string, all: readonly string[]) => all.some((prefix) => code.startsWith(prefix));
      order.lines.forEach((line, i) => {
        const { gcode = '' } = line;
        if (!begins(gcode, of) || begins(gcode, except) || (inspected && !line.inspType)) return;
        for (const name of needs) if (line[name] === undefined) report(`lines[${i}].${name}`, { gcode });
        for (const group of oneOf)
          if (group.every((name) => line[name] === undefined))
            report(`lines[${i}].${group[0] ?? ''}`, { gcode });
      });
    },
);

/** A licence of the goods (产品资质) is still valid on the day of the order. */
export const licenceValid = defineCheck({}, () => (order, { date }, report) => {
  order.lines.forEach(({ licenceNo, licenceValidDt }, i) => {
    if (licenceNo === undefined || licenceValidDt === undefined || licenceValidDt >= date) return;
    report(`lines[${i}].licenceValidDt`, { licence: licenceNo, until: licenceValidDt }, licenceValidDt);
  });
});

/** Packing of these kinds needs a word in the remark of the declaration. */
export const packingNeedsNote = defineCheck(
  { packings: z.array(z.string()).min(1) },
  ({ packings }) =>
    (order, _situation, report) => {
      if (packings.includes(order.list.wrapType ?? '') && order.list.note === undefined)
        report('list.note', {}, order.list.wrapType);
    },
);
