import { z } from 'zod';
import { defineCheck } from '../check.js';
import { lineAt, linePath, lineReader } from '../../orders/paths.js';
import { readScaled } from '../scaled.js';

/** Lines are numbered from 1 without gaps. One fault where the sequence breaks, none for the lines that follow on. */
export const gnumSequence = defineCheck({}, () => (order, _situation, report) => {
  let previous = 0;
  for (let i = 0; i < order.lines.length; i++) {
    const gnum = order.lines[i]!.gnum;
    if (gnum === undefined || !/^\d{1,5}$/.test(gnum)) return;
    const number = Number(gnum);
    if (number !== previous + 1) report(`lines[${i}].gnum`, { expected: String(previous + 1) }, gnum);
    previous = number;
  }
});

/** A mark of each line that no message carries, and no field check judges, is yes or no. */
export const yesOrNo = defineCheck({ path: linePath }, ({ path }, { isKnown }) => {
  const read = lineReader(path);
  return (order, _situation, report) => {
    order.lines.forEach((line, i) => {
      const mark = read(line);
      if (mark !== undefined && !isKnown('yesNo', mark)) report(lineAt(path, i), {}, mark);
    });
  };
});

/** A code of each line holds digits only; its length is the business of the field checks. */
export const digitsOnly = defineCheck({ path: linePath }, ({ path }) => {
  const read = lineReader(path);
  return (order, _situation, report) => {
    for (let i = 0; i < order.lines.length; i++) {
      const code = read(order.lines[i]!);
      if (code !== undefined && !/^\d*$/.test(code)) report(lineAt(path, i), {}, code);
    }
  };
});

/** The first two digits of a commodity code name a chapter of the tariff. */
export const tariffChapter = defineCheck(
  { path: linePath, last: z.int().min(1).max(99), unused: z.array(z.int()) },
  ({ path, last, unused }) => {
    const read = lineReader(path);
    return (order, _situation, report) => {
      for (let i = 0; i < order.lines.length; i++) {
        const code = read(order.lines[i]!);
        if (code === undefined || !/^\d{2}/.test(code)) continue;
        const chapter = Number(code.slice(0, 2));
        if (chapter < 1 || chapter > last || unused.includes(chapter))
          report(lineAt(path, i), { chapter: code.slice(0, 2) }, code);
      }
    };
  },
);

/** Quantities of one line in the same unit are the same quantity. */
export const sameUnitSameQuantity = defineCheck(
  {
    pairs: z
      .array(z.strictObject({ unit: linePath, qty: linePath, otherUnit: linePath, otherQty: linePath }))
      .min(1),
  },
  ({ pairs }, { meaning }) => {
    const readers = pairs.map((pair) => ({
      unit: lineReader(pair.unit),
      qty: lineReader(pair.qty),
      otherUnit: lineReader(pair.otherUnit),
      otherQty: lineReader(pair.otherQty),
      path: pair.otherQty,
    }));
    return (order, _situation, report) => {
      for (let i = 0; i < order.lines.length; i++) {
        const line = order.lines[i]!;
        for (const { unit, qty, otherUnit, otherQty, path } of readers) {
          const code = unit(line);
          if (code === undefined || code !== otherUnit(line)) continue;
          const quantity = readScaled(qty(line));
          const other = readScaled(otherQty(line));
          if (quantity === undefined || other === undefined || quantity === other) continue;
          const { zh, en } = meaning('unit', code);
          report(lineAt(path, i), { unit: code, zh, en, expected: qty(line)! }, otherQty(line));
        }
      }
    };
  },
);
