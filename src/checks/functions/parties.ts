import { z } from 'zod';
import { defineCheck } from '../check.js';
import { dayOf, isDay } from '../../base/clock.js';
import { hasUsccForm, isRegistrationCode, isUscc } from '../enterpriseCode.js';
import { identityCheckCharacter } from '../identityNumber.js';
import { headPath, headReader } from '../../orders/paths.js';

const roles = [
  'platform',
  'seller',
  'producer',
  'declarant',
  'bondedOperator',
  'payment',
  'waybill',
] as const;

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

/** A code that must be that of one of the order's parties; passed over while one of them has none. */
export const oneOfParties = defineCheck(
  { path: headPath, parties: z.array(headPath).min(1) },
  ({ path, parties }) => {
    const read = headReader(path);
    const readers = parties.map(headReader);
    return (order, _situation, report) => {
      const code = read(order);
      const codes = readers.map((party) => party(order));
      if (code !== undefined && !codes.includes(code) && !codes.includes(undefined)) report(path, {}, code);
    };
  },
);

/**
 * Under a regime that lets only the buyer pay: what is said of the payer is what is said of the buyer, unless the order
 * says (`authenticated` is 1) that the buyer's identity was authenticated.
 */
export const payerIsBuyer = defineCheck(
  {
    pairs: z.array(z.strictObject({ payer: headPath, buyer: headPath })).min(1),
    authenticated: headPath.optional(),
  },
  ({ pairs, authenticated }) => {
    const readFact = authenticated === undefined ? () => undefined : headReader(authenticated);
    const readers = pairs.map(({ payer, buyer }) => ({
      path: payer,
      readPayer: headReader(payer),
      readBuyer: headReader(buyer),
    }));
    return (order, { regime }, report) => {
      if (regime?.payer !== 'buyer' || (authenticated && readFact(order) === '1')) return;
      for (const { path, readPayer, readBuyer } of readers) {
        const payer = readPayer(order);
        const buyer = readBuyer(order);
        if (payer === undefined || buyer === undefined || payer === buyer) continue;
        // Another person has another name and another number: one mistake, one fault.
        report(path);
        return;
      }
    };
  },
);

const IDENTITY = /^\d{17}[\dX]$/;

const identityNumbers = z.array(z.strictObject({ number: headPath, type: headPath })).min(1);
const compileIdentity = (paths: z.output<typeof identityNumbers>) =>
  paths.map(({ number, type }) => ({ path: number, read: headReader(number), readType: headReader(type) }));

/**
 * A resident identity number (居民身份证号码, document type 1) has 18 places and the right check character. Its value is
 * personal and never shown.
 */
export const identityCheckDigit = defineCheck({ paths: identityNumbers }, ({ paths }) => {
  const readers = compileIdentity(paths);
  return (order, _situation, report) => {
    for (const { path, read, readType } of readers) {
      const number = read(order);
      if (number === undefined || (readType(order) ?? '1') !== '1') continue;
      if (!IDENTITY.test(number) || number[17] !== identityCheckCharacter(number))
        report(path, { length: String(number.length) });
    }
  };
});

/** The region and the birthday in a well-formed identity number are possible: a province code, a day not in the future. */
export const identityContent = defineCheck(
  { paths: identityNumbers, provinces: z.array(z.string().regex(/^\d{2}$/)).min(1), bornFrom: z.iso.date() },
  ({ paths, provinces, bornFrom }) => {
    const readers = compileIdentity(paths);
    return (order, { now }, report) => {
      for (const { path, read, readType } of readers) {
        const number = read(order);
        if (number === undefined || (readType(order) ?? '1') !== '1' || !IDENTITY.test(number)) continue;
        const born = number.slice(6, 14).replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3');
        const plausible = isDay(born) && born >= bornFrom && born <= dayOf(now);
        if (!plausible || !provinces.includes(number.slice(0, 2))) report(path);
      }
    };
  },
);

/** A code that begins with one of the given digits, such as a district with those of a province. */
export const startsWith = defineCheck(
  { path: headPath, prefixes: z.array(z.string()).min(1) },
  ({ path, prefixes }) => {
    const read = headReader(path);
    return (order, _situation, report) => {
      const code = read(order);
      if (code !== undefined && !(/^\d*$/.test(code) && prefixes.some((prefix) => code.startsWith(prefix))))
        report(path, {}, code);
    };
  },
);

/** A name as it is compared: width and blanks do not count, so `（重庆）` is `(重庆)`. */
const comparable = (name: string): string => name.normalize('NFKC').replace(/\s+/g, '');

/**
 * One code has one name throughout an order; the later party is reported. Codes of `except` name nobody. Under a regime
 * of `apart` a role stands for something that has no code of its own, such as the overseas warehouse of its owner.
 */
export const oneNamePerCode = defineCheck(
  {
    except: z.array(z.string()),
    apart: z.array(z.strictObject({ regime: z.string(), role: z.enum(roles) })).default([]),
  },
  ({ except, apart }) =>
    (order, { regime }, report) => {
      const standsApart = (role: (typeof roles)[number]) =>
        apart.some((entry) => entry.role === role && entry.regime === regime?.regime);
      for (let later = 1; later < roles.length; later++) {
        if (standsApart(roles[later]!)) continue;
        const { code, name } = order[roles[later]!];
        if (code === undefined || name === undefined || except.includes(code)) continue;
        for (let earlier = 0; earlier < later; earlier++) {
          const other = order[roles[earlier]!];
          if (standsApart(roles[earlier]!) || other.code !== code || other.name === undefined) continue;
          if (comparable(other.name) === comparable(name)) continue;
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
