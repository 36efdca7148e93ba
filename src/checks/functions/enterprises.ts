import { z } from 'zod';
import { headPath, headReader } from '../../orders/paths.js';
import { inForce } from '../../orders/regimes.js';
import { defineCheck } from '../check.js';
import { factKinds } from '../enterpriseFacts.js';

const parties = z.array(headPath).min(1);
const readersOf = (paths: readonly string[]) => paths.map((path) => ({ path, read: headReader(path) }));

/** A party stands on a list (blacklist, abnormal, serious) on the order's date. */
export const standsListed = defineCheck({ parties, kind: z.enum(factKinds) }, ({ parties: paths, kind }) => {
  const readers = readersOf(paths);
  return (order, { date, enterprises }, report) => {
    const told = new Set<string>();
    for (const { path, read } of readers) {
      const code = read(order);
      if (code === undefined || told.has(code)) continue;
      const fact = enterprises?.of(code).find((f) => f.kind === kind && inForce(f, date));
      if (!fact) continue;
      told.add(code);
      report(path, { since: fact.validFrom, list: fact.source }, code);
    }
  };
});

/**
 * A party of which the registry keeps facts of a kind (a filing, a licence for `subject`) has one that is in force on
 * the order's date. Of a party that the registry does not know nothing is said.
 */
export const factInForce = defineCheck(
  { parties, kind: z.enum(factKinds), subject: z.string().default('') },
  ({ parties: paths, kind, subject }) => {
    const readers = readersOf(paths);
    return (order, { date, enterprises }, report) => {
      for (const { path, read } of readers) {
        const code = read(order);
        const facts =
          code === undefined
            ? []
            : (enterprises?.of(code) ?? []).filter((f) => f.kind === kind && f.subject === subject);
        if (facts.length === 0 || facts.some((fact) => inForce(fact, date))) continue;
        const ended = facts.map((f) => f.validTo ?? f.validFrom).sort();
        report(path, { until: ended.at(-1) ?? '' }, code);
      }
    };
  },
);

/** Goods of some headings go only with a pilot qualification that a party holds on the order's date. */
export const pilotGoods = defineCheck(
  { parties, subject: z.string(), hs: z.array(z.string().regex(/^\d{2,10}$/)).min(1) },
  ({ parties: paths, subject, hs }) => {
    const readers = readersOf(paths);
    return (order, { date, enterprises }, report) => {
      if (!enterprises) return;
      const held = readers.some(({ read }) =>
        enterprises
          .of(read(order) ?? '')
          .some((fact) => fact.kind === 'pilot' && fact.subject === subject && inForce(fact, date)),
      );
      if (held) return;
      order.lines.forEach(({ gcode }, i) => {
        if (hs.some((prefix) => gcode?.startsWith(prefix))) report(`lines[${i}].gcode`, {}, gcode);
      });
    };
  },
);
