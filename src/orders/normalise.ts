import { decimal, isPlainDecimal } from '../base/decimal.js';
import type { Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import type { Field, FieldDictionary } from './fields.js';
import { fillLeaf, leavesOf, type Leaves } from './leaves.js';
import type { Order } from './order.js';
import { ieFlagOf, type Regimes } from './regimes.js';
import {
  cleanText,
  readCode,
  readDate,
  readDecimal,
  readInstant,
  readInteger,
  type CodeTables,
  type Reading,
} from './values.js';

export interface NormaliseContext {
  fields: FieldDictionary;
  regimes: Regimes;
  /** The regime of an order that names none. */
  regime?: string;
  /** The column header of a field as the file has it, for the texts of faults; else the dictionary's header. */
  columnOf?: (field: Field) => string | undefined;
}

/** No cell of a spreadsheet can be longer. */
export const maxTextLength = 32_767;

/** Neither a number nor a time is ever longer; what is, is not even looked at. */
const longestValue = 200;
const tooLong = { decimal: 'I26', integer: 'I27', instant: 'I28', date: 'I37' } as const;

// eslint-disable-next-line no-control-regex -- finding control characters is the point
const unclean = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffd\ufffe\uffff]|\p{Surrogate}/u;
const scientific = /^\d\.\d+E\+\d{1,3}$/i;
const formulaError = /^#(N\/A|REF!|VALUE!|DIV\/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)$/i;

/**
 * Puts every value of an order into the one form the model promises (plain decimals, UTC instants, dates, customs
 * codes), fills what the regime and the order itself imply, and says what cannot be read. The input is not changed. A
 * value that cannot be read stays as it was, with an I fault; a code that no table knows stays too, for the field check
 * to refuse. `list.*` fields that fall back to the waybill stay empty: the message mapping does that.
 */
export function normaliseOrder(
  input: Order,
  codes: CodeTables,
  context: NormaliseContext,
): { order: Order; faults: Fault[] } {
  const order = copyOrder(input);
  const faults: Fault[] = [];
  for (const field of context.fields.fields) {
    if (field.ofLine) {
      order.lines.forEach((line, i) => {
        readField(line, field, `lines[${i}].${field.leaf}`, codes, context, faults);
      });
    } else {
      const leaves = leavesOf(order, field.group);
      if (leaves) readField(leaves, field, field.path, codes, context, faults);
    }
  }
  fillDefaults(order, context);
  return { order, faults };
}

function copyOrder(input: Order): Order {
  return {
    ...input,
    platform: { ...input.platform },
    seller: { ...input.seller },
    producer: { ...input.producer },
    declarant: { ...input.declarant },
    bondedOperator: { ...input.bondedOperator },
    payment: { ...input.payment },
    payer: { ...input.payer },
    buyer: { ...input.buyer },
    consignee: { ...input.consignee },
    waybill: { ...input.waybill },
    list: { ...input.list },
    lines: input.lines.map((line) => ({ ...line })),
  };
}

function readField(
  leaves: Leaves,
  field: Field,
  path: string,
  codes: CodeTables,
  context: NormaliseContext,
  faults: Fault[],
): void {
  const text = leaves[field.leaf];
  if (text === undefined) return;
  if (field.blank?.includes(text.trim().toUpperCase())) {
    leaves[field.leaf] = undefined;
    return;
  }
  const fault = (code: string, params: Record<string, string> = {}) => {
    const header = context.columnOf?.(field);
    const names = { column: header ?? field.header.zh, columnEn: header ?? field.header.en };
    faults.push(makeFault(code, path, { ...names, ...params }, field.personal ? undefined : text));
  };
  if (text.startsWith('#') && formulaError.test(text)) return fault('I32', { value: text });
  if (field.format === 'text') {
    if (text.length > maxTextLength)
      fault('I24', { length: String(text.length), limit: String(maxTextLength) });
    const found = unclean.exec(text)?.[0];
    if (found === '\ufffd') fault('I22');
    else if (found !== undefined)
      fault('I23', { char: `U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}` });
    if (scientific.test(text)) fault('I30');
    else if (field.clean) leaves[field.leaf] = cleanText(text, field.clean) || undefined;
    else leaves[field.leaf] = readText(text, field, fault);
    return;
  }
  const reading = readValue(text, field, codes);
  if ('fault' in reading) fault(reading.fault);
  else leaves[field.leaf] = reading.value === '' ? undefined : reading.value;
}

/** Emoji, flags and their modifiers; the marks ©, ® and ™ belong to names. */
const pictures =
  /(?![©®™])\p{Extended_Pictographic}|[\u{1f1e6}-\u{1f1ff}]|\p{Emoji_Modifier}|\u200d|\ufe0f|\u20e3/gu;
/** Letters, digits and marks as Chinese input methods write them; in numbers and codes they mean the narrow ones. */
const fullWidth = /[\uff01-\uff5e]/;
const fullWidthAll = /[\uff01-\uff5e]/g;
const breaks = /[\t\r\n]+/g;

/**
 * A text as the messages can carry it: numbers and codes in narrow letters, on one line, but for notes, and without emoji, which the systems of customs do not store. In a
 * number or code an emoji is a fault; elsewhere it is left out with a notice.
 */
function readText(text: string, field: Field, fault: (code: string) => void): string | undefined {
  if (field.key && fullWidth.test(text)) text = text.replace(fullWidthAll, (char) => char.normalize('NFKC'));
  // Plain ASCII and Chinese need no look.
  if (/^[\x20-\x7e\u4e00-\u9fff]*$/.test(text)) return text;
  const line = field.leaf === 'note' ? text : text.replace(breaks, ' ');
  if (line.search(pictures) < 0) return line.trim() || undefined;
  fault(field.key ? 'I50' : 'I51');
  return field.key ? line : line.replace(pictures, '').replace(/ {2,}/g, ' ').trim() || undefined;
}

function readValue(text: string, field: Field, codes: CodeTables): Reading {
  if (text.length > longestValue && field.format in tooLong)
    return { fault: tooLong[field.format as keyof typeof tooLong] };
  switch (field.format) {
    case 'code':
      return readCode(text, field.codes ?? '', codes);
    case 'decimal':
      return readDecimal(text);
    case 'integer':
      return readInteger(text);
    case 'instant':
      return readInstant(text);
    case 'date':
      return readDate(text);
    case 'text':
      return { value: text };
  }
}

/**
 * Fills what an order implies. The values are those the specification names for "there is none" (`NO` for a producer
 * that customs does not know, `无` for no bar code, 0 for no fee) or follow from the order itself.
 */
function fillDefaults(order: Order, context: NormaliseContext): void {
  order.regime ??= context.regime;
  order.ieFlag ??= ieFlagOf(order);
  const regime = context.regimes.newest(order.regime ?? '', ieFlagOf(order));
  order.orderType ??= regime?.orderTypes[0];
  for (const { path, allowed } of regime?.values.filter((value) => value.fill) ?? [])
    fillLeaf(order, path, allowed?.[0]);
  order.freight ??= '0';
  if (order.ieFlag === 'I') {
    order.discount ??= '0';
    order.taxTotal ??= '0';
  } else {
    order.producer.code ??= 'NO';
    order.producer.name ??= order.seller.name;
  }
  order.waybill.freight ??= '0';
  order.waybill.insuredFee ??= '0';
  if (order.declarant.code === undefined && order.declarant.name === undefined) {
    order.declarant.code = order.seller.code;
    order.declarant.name = order.seller.name;
  } else if (order.declarant.code === order.seller.code) {
    order.declarant.name ??= order.seller.name;
  }
  const numberLines = order.lines.every((line) => line.gnum === undefined);
  order.lines.forEach((line, i) => {
    if (numberLines) line.gnum = String(i + 1);
    line.barCode ??= '无';
    // Lists of a pilot zone may name a heading or subheading only; the message field still has ten places (CEB604 note).
    if (
      order.list.statisticsFlag === 'A' &&
      line.gcode !== undefined &&
      /^\d{4}(\d\d){0,2}$/.test(line.gcode)
    )
      line.gcode = line.gcode.padEnd(10, '0');
    if (line.totalPrice === undefined && line.qty !== undefined && line.price !== undefined)
      line.totalPrice = product(line.qty, line.price);
  });
}

const product = (a: string, b: string): string | undefined =>
  isPlainDecimal(a) && isPlainDecimal(b) ? decimal(a).times(decimal(b)).toFixed() : undefined;
