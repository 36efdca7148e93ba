import { z } from 'zod';
import { inForce } from '../../orders/regimes.js';
import { defineCheck } from '../check.js';
import type { Prohibited } from '../goodsTables.js';
import { readScaled } from '../scaled.js';

const wellFormed = /^\d{10}$/;

/**
 * Every commodity code is in the goods-code table of the day. A simplified list (flag A) may name a heading or
 * subheading with zeros behind it. A chapter that the tariff does not have is another rule's. A sample table lacks nearly
 * every code, so that it says nothing of an order: doctor says once that it is a sample.
 */
export const codeInTariff = defineCheck(
  { last: z.int().min(1).max(99), unused: z.array(z.int()) },
  ({ last, unused }, { goods }) =>
    (order, { date }, report) => {
      const hasChapter = (code: string) => {
        const chapter = Number(code.slice(0, 2));
        return chapter >= 1 && chapter <= last && !unused.includes(chapter);
      };
      const tariff = goods.tariffOn(date);
      if (!tariff || tariff.sample) return;
      order.lines.forEach(({ gcode }, i) => {
        if (gcode === undefined || !wellFormed.test(gcode) || !hasChapter(gcode)) return;
        if (tariff.get(gcode) || (order.list.statisticsFlag === 'A' && tariff.hasHeading(gcode))) return;
        report(`lines[${i}].gcode`, { codes: gcode }, gcode);
      });
    },
);

/** The statutory units of a line are those of its code; both are named, at the first that differs. What is no unit has a fault of its own. */
export const legalUnits = defineCheck(
  {},
  (_params, { goods, meaning, isKnown }) =>
    (order, { date }, report) => {
      const tariff = goods.tariffOn(date);
      if (!tariff) return;
      order.lines.forEach((line, i) => {
        const code = tariff.get(line.gcode ?? '');
        if (!code) return;
        if ([line.unit1, line.unit2].some((unit) => unit !== undefined && !isKnown('unit', unit))) return;
        // A missing first unit has a fault of its own.
        const leaf =
          line.unit1 !== undefined && line.unit1 !== code.unit1
            ? 'unit1'
            : line.unit2 !== code.unit2
              ? 'unit2'
              : undefined;
        if (leaf === undefined) return;
        const first = meaning('unit', code.unit1);
        const second = code.unit2 === undefined ? undefined : meaning('unit', code.unit2);
        report(
          `lines[${i}].${leaf}`,
          {
            gcode: code.code,
            unitsZh: `“${first.zh}”（${code.unit1}）${second ? `，第二单位是“${second.zh}”（${code.unit2}）` : '，没有第二单位'}`,
            unitsEn: `${first.en} (${code.unit1})${second ? ` and ${second.en} (${code.unit2})` : ', without a second one'}`,
          },
          line[leaf],
          tariff.sample,
        );
      });
    },
);

/** Codes whose customs conditions ask for a document that such a list cannot carry; `statisticsFlag` narrows. */
export const conditionsAllow = defineCheck(
  { conditions: z.array(z.string().length(1)).min(1), statisticsFlag: z.string().optional() },
  ({ conditions, statisticsFlag }, { goods }) =>
    (order, { date, regime }, report) => {
      if (statisticsFlag !== undefined && order.list.statisticsFlag !== statisticsFlag) return;
      const tariff = goods.tariffOn(date);
      order.lines.forEach(({ gcode }, i) => {
        const code = tariff?.get(gcode ?? '');
        const asked = conditions.filter((condition) => code?.conditions.includes(condition));
        if (!code || asked.length === 0) return;
        const params = { gcode: code.code, conditions: asked.join(''), regime: regime?.regime ?? '' };
        report(`lines[${i}].gcode`, params, gcode, tariff?.sample);
      });
    },
);

/** Codes on which the table asks export duty, at more than nothing; `statisticsFlag` narrows. */
export const freeOfDuty = defineCheck(
  { statisticsFlag: z.string().optional() },
  ({ statisticsFlag }, { goods }) =>
    (order, { date, regime }, report) => {
      if (statisticsFlag !== undefined && order.list.statisticsFlag !== statisticsFlag) return;
      const tariff = goods.tariffOn(date);
      order.lines.forEach(({ gcode }, i) => {
        const code = tariff?.get(gcode ?? '');
        if (!code?.exportDuty || (readScaled(code.exportDuty) ?? 1n) <= 0n) return;
        const params = { gcode: code.code, rate: code.exportDuty, regime: regime?.regime ?? '' };
        report(`lines[${i}].gcode`, params, gcode, tariff?.sample);
      });
    },
);

/** Goods whose customs conditions ask for inspection name their inspection category (检验检疫类别), so that it is applied for. */
export const inspectionNamed = defineCheck(
  { conditions: z.array(z.string().length(1)).min(1) },
  ({ conditions }, { goods }) =>
    (order, { date }, report) => {
      const tariff = goods.tariffOn(date);
      order.lines.forEach(({ gcode, inspType }, i) => {
        const code = tariff?.get(gcode ?? '');
        if (!code || inspType !== undefined) return;
        const asked = conditions.filter((condition) => code.conditions.includes(condition)).join('');
        if (asked !== '')
          report(
            `lines[${i}].inspType`,
            { gcode: code.code, conditions: asked, category: code.inspection || '—' },
            undefined,
            tariff?.sample,
          );
      });
    },
);

/** The names a line gives its goods, the declared one first. */
const names = ['gname', 'itemName'] as const;
type Named = Partial<Record<(typeof names)[number] | 'gcode', string | undefined>>;

/** Where a line shows that an entry means it: its code, or a name that holds one of the entry's words. */
function meant(entry: Prohibited, line: Named): keyof Named | undefined {
  const begins = (codes: readonly string[]) => codes.some((code) => line.gcode?.startsWith(code));
  if (begins(entry.hs) && !begins(entry.except)) return 'gcode';
  return names.find((leaf) => {
    const name = entry.exceptWords.reduce((text, word) => text.replaceAll(word, ''), line[leaf] ?? '');
    return entry.words.some((word) => name.includes(word));
  });
}

/** Goods that may not cross the border this way, known by their code, or (`by` word) suspected by their name. */
export const prohibitedGoods = defineCheck(
  { by: z.enum(['code', 'word']) },
  ({ by }, { goods }) =>
    (order, { date, ieFlag }, report) => {
      const entries = goods.prohibited.filter(
        (entry) => inForce(entry, date) && (entry.ieFlag === undefined || entry.ieFlag === ieFlag),
      );
      order.lines.forEach((line, i) => {
        const found = entries.map((entry) => ({ entry, leaf: meant(entry, line) }));
        // What the code proves is not doubted a second time by its name.
        const shown =
          found.find(({ leaf }) => leaf === 'gcode') ?? found.find(({ leaf }) => leaf !== undefined);
        if (shown?.leaf === undefined || (shown.leaf === 'gcode') !== (by === 'code')) return;
        const { goods: what, source: law } = shown.entry;
        report(`lines[${i}].${shown.leaf}`, { goodsZh: what.zh, goodsEn: what.en, law }, line[shown.leaf]);
      });
    },
);

/** Retail imports are on the positive list of the day. On a sample list the codes it lacks are said once. */
export const onPositiveList = defineCheck({}, (_params, { goods }) => (order, { date }, report) => {
  const list = goods.positiveOn(date);
  if (!list) return;
  const missing = order.lines.flatMap(({ gcode }, i) =>
    gcode === undefined || !wellFormed.test(gcode) || list.codes.some((code) => gcode.startsWith(code))
      ? []
      : [{ gcode, at: `lines[${i}].gcode` }],
  );
  const [first] = missing;
  if (list.sample) {
    const codes = [...new Set(missing.map((one) => one.gcode))].slice(0, 5).join('、');
    if (first) report(first.at, { codes }, undefined, list.sample);
  } else for (const { gcode, at } of missing) report(at, { codes: gcode }, gcode);
});

/** A list for statistics is declared at an office of a customs district with a pilot zone. */
export const inPilotZone = defineCheck(
  { statisticsFlag: z.string() },
  ({ statisticsFlag }, { goods }) =>
    (order, { date }, report) => {
      const { customsCode } = order.list;
      if (order.list.statisticsFlag !== statisticsFlag || !/^\d{4}$/.test(customsCode ?? '')) return;
      if (!goods.zonesOn(date).prefixes.has(customsCode!.slice(0, 2)))
        report('list.customsCode', { district: customsCode!.slice(0, 2) }, customsCode);
    },
);

/** Weights that a parcel can have: not more than so many kilograms each, and not nearly all of it packing. */
export const weightPlausible = defineCheck(
  { maxKgPerPackage: z.string(), minNetPercent: z.int().min(0).max(100) },
  ({ maxKgPerPackage, minNetPercent }) => {
    const most = readScaled(maxKgPerPackage)!;
    return (order, _situation, report) => {
      const text = order.list.grossWeight ?? order.waybill.grossWeight;
      const at = order.list.grossWeight === undefined ? 'waybill.grossWeight' : 'list.grossWeight';
      const gross = readScaled(text);
      const net = readScaled(order.list.netWeight);
      const packages = Number(order.list.packNo ?? order.waybill.packNo ?? '1');
      if (gross === undefined || gross <= 0n) return;
      // Two gross weights that differ have a fault of their own.
      if (order.waybill.grossWeight !== undefined && readScaled(order.waybill.grossWeight) !== gross) return;
      if (Number.isInteger(packages) && packages > 0 && gross > most * BigInt(packages))
        report(at, { maxKg: maxKgPerPackage, percent: String(minNetPercent) }, text);
      else if (net !== undefined && net > 0n && net * 100n < gross * BigInt(minNetPercent))
        report(
          'list.netWeight',
          { maxKg: maxKgPerPackage, percent: String(minNetPercent) },
          order.list.netWeight,
        );
    };
  },
);

/**
 * The freight that the buyer pays is one amount in order and list: the list's freight, with or without its insurance.
 * Judges a freight that the list states (`of` list) or the waybill’s that stands in for it (`of` waybill).
 */
export const freightAgrees = defineCheck(
  { of: z.enum(['list', 'waybill']) },
  ({ of }) =>
    (order, _situation, report) => {
      const { list, waybill } = order;
      if ((of === 'list') !== (list.freight !== undefined)) return;
      const declared = readScaled(order.freight);
      const text = list.freight ?? waybill.freight;
      const freight = readScaled(text);
      const insured = readScaled(list.insuredFee ?? waybill.insuredFee ?? '0') ?? 0n;
      if (declared === undefined || freight === undefined) return;
      if (declared !== freight && declared !== freight + insured)
        report(`${of}.freight`, { freight: order.freight! }, text);
    },
);
