import { z } from 'zod';
import { defineCheck } from '../check.js';
import { hasUsccForm, isRegistrationCode, isUscc } from '../enterpriseCode.js';
import { headPath, headReader } from '../paths.js';

const reader = (path: string) => ({ path, read: headReader(path) });

/** A party's code is an 18-character 统一社会信用代码, a 10-character customs registration code or one of `special`. */
export const partyCode = defineCheck(
  { paths: z.array(headPath).min(1), special: z.array(z.string()).default([]) },
  ({ paths, special }) => {
    const readers = paths.map(reader);
    return (order, _situation, report) => {
      for (const { path, read } of readers) {
        const code = read(order);
        if (code === undefined || hasUsccForm(code) || isRegistrationCode(code) || special.includes(code))
          continue;
        report(path, { length: String(code.length) }, code);
      }
    };
  },
);

/** The check character of a 统一社会信用代码 is right (GB 32100-2015). */
export const usccCheckDigit = defineCheck({ paths: z.array(headPath).min(1) }, ({ paths }) => {
  const readers = paths.map(reader);
  return (order, _situation, report) => {
    for (const { path, read } of readers) {
      const code = read(order);
      if (code !== undefined && hasUsccForm(code) && !isUscc(code)) report(path, {}, code);
    }
  };
});

const roles = [
  'platform',
  'seller',
  'producer',
  'declarant',
  'bondedOperator',
  'payment',
  'waybill',
] as const;

/** One code has one name throughout an order; the later party is reported. Codes of `except` name nobody. */
export const oneNamePerCode = defineCheck(
  { except: z.array(z.string()) },
  ({ except }) =>
    (order, _situation, report) => {
      for (let later = 1; later < roles.length; later++) {
        const { code, name } = order[roles[later]!];
        if (code === undefined || name === undefined || except.includes(code)) continue;
        for (let earlier = 0; earlier < later; earlier++) {
          const other = order[roles[earlier]!];
          if (other.code !== code || other.name === undefined || other.name === name) continue;
          report(
            `${roles[later]!}.name`,
            { code, other: other.name, otherPath: `${roles[earlier]!}.name` },
            name,
          );
          break;
        }
      }
    },
);

/** A value that is needed as soon as another one is given. */
export const requiredWith = defineCheck({ path: headPath, with: headPath }, ({ path, with: trigger }) => {
  const read = headReader(path);
  const readTrigger = headReader(trigger);
  return (order, _situation, report) => {
    if (read(order) === undefined && readTrigger(order) !== undefined) report(path);
  };
});
