import { z } from 'zod';
import { defineCheck } from '../check.js';
import {
  eachValue,
  firstFilled,
  headPath,
  headReader,
  linePath,
  lineReader,
  orderPath,
} from '../../orders/paths.js';
import { formatScaled, readScaled } from '../scaled.js';

/** The net weight is not above the gross weight, which is the first filled of several paths. */
export const weightOrder = defineCheck(
  { net: headPath, gross: z.array(headPath).min(1) },
  ({ net, gross }) => {
    const readNet = headReader(net);
    const readGross = firstFilled(gross);
    return (order, _situation, report) => {
      const lighter = readScaled(readNet(order));
      const heavier = readScaled(readGross(order));
      if (lighter === undefined || heavier === undefined || lighter <= heavier) return;
      report(net, { gross: readGross(order)! }, readNet(order));
    };
  },
);

/** The quantities that the lines state in kilograms, each by the first of its units that is one, fit into the gross weight. */
export const kilogramsFit = defineCheck(
  {
    quantities: z.array(z.strictObject({ qty: linePath, unit: linePath })).min(1),
    kilogram: z.string(),
    gross: z.array(headPath).min(1),
  },
  ({ quantities, kilogram, gross }) => {
    const readers = quantities.map(({ qty, unit }) => ({ qty: lineReader(qty), unit: lineReader(unit) }));
    const readGross = firstFilled(gross);
    return (order, _situation, report) => {
      const text = readGross(order);
      const weight = readScaled(text);
      if (weight === undefined) return;
      let sum = 0n;
      for (const line of order.lines) {
        const stated = readers.find(({ unit }) => unit(line) === kilogram);
        if (!stated) continue;
        const quantity = readScaled(stated.qty(line));
        if (quantity === undefined) return;
        sum += quantity;
      }
      if (sum <= weight) return;
      report(
        gross.find((path) => headReader(path)(order) !== undefined)!,
        { sum: formatScaled(sum) },
        text,
      );
    };
  },
);

/** The port of destination lies in the country of arrival, where the table knows the port's country. */
export const portInCountry = defineCheck(
  { port: headPath, country: headPath },
  ({ port, country }, { portCountry, meaning, isKnown }) => {
    const readPort = headReader(port);
    const readCountry = headReader(country);
    return (order, _situation, report) => {
      const code = readPort(order);
      const declared = readCountry(order);
      if (code === undefined || declared === undefined) return;
      const actual = portCountry.get(code);
      if (actual === undefined || actual === declared || !isKnown('country', declared)) return;
      const lies = meaning('country', actual);
      const arrives = meaning('country', declared);
      const params = { lies: actual, liesZh: lies.zh, liesEn: lies.en };
      report(port, { ...params, arrives: declared, arrivesZh: arrives.zh, arrivesEn: arrives.en }, code);
    };
  },
);

/** Values that may not stand at a path. */
export const noneOf = defineCheck(
  { paths: z.array(orderPath).min(1), values: z.array(z.string()).min(1) },
  ({ paths, values }) => {
    const visits = paths.map(eachValue);
    return (order, _situation, report) => {
      const judge = (value: string, at: string) => {
        if (values.includes(value)) report(at, {}, value);
      };
      for (const visit of visits) visit(order, judge);
    };
  },
);
