import { describe, expect, test } from '@jest/globals';
import { readSheet } from 'read-excel-file/node';
import { lengthText, makeCsvTemplate, makeTemplate } from '../../src/orders/template.js';
import { regimeFields } from '../../src/orders/regimeFields.js';
import type { Regime } from '../../src/orders/regimes.js';
import { documentFaults } from './documents.js';
import { catalogue, fields, readAll, regime9610, regimes } from './reading.js';

const sources = { fields, messages: catalogue, codes: catalogue.codes };
const columns = regimeFields(regime9610, fields, catalogue);
const column = (path: string) => columns.find((c) => c.field.path === path)!;

describe.each(regimes.names())('the import template of %s', (name) => {
  const regime = regimes.get(name) as Regime;

  test('its sample order is accepted as it stands, from .xlsx and CSV alike', async () => {
    const [fromXlsx, ...more] = await readAll(await makeTemplate(regime, sources), 'xlsx');
    const [fromCsv] = await readAll(makeCsvTemplate(regime, sources), 'csv');
    expect(more).toEqual([]);
    expect(fromXlsx!.faults).toEqual([]);
    expect(fromXlsx!.order!.lines).toHaveLength(2);
    expect(fromCsv!.order).toEqual(fromXlsx!.order);
    // What only a person knows of a goods declaration is asked for later.
    expect(documentFaults(fromXlsx!.order!).filter((fault) => fault.severity === 'fault')).toEqual([]);
  });

  test('marks only columns that it has, and none that the regime forbids or fills', () => {
    const marked = regimeFields(regime, sources.fields, sources.messages).filter((c) => c.required);
    const fixed = regime.values.filter((value) => value.fill).map((value) => value.path);
    for (const { field } of marked) expect([...regime.forbidden, ...fixed]).not.toContain(field.path);
    expect(marked.map((c) => c.field.path)).toEqual(
      expect.arrayContaining(['regime', 'orderNo', 'list.netWeight']),
    );
  });
});

describe('the import template of 9610', () => {
  test('has a column for every field its documents use, and none that the regime forbids', () => {
    const paths = columns.map((c) => c.field.path);
    expect(paths).toEqual(
      expect.arrayContaining(['orderNo', 'list.copNo', 'list.pod', 'lines[].unit2', 'waybill.note']),
    );
    for (const forbidden of regime9610.forbidden) expect(paths).not.toContain(forbidden);
  });

  test('marks as required what a message needs and nothing else fills', () => {
    const marked = columns.filter((c) => c.required).map((c) => c.field.path);
    expect(marked).toEqual(
      expect.arrayContaining(['regime', 'orderNo', 'waybill.grossWeight', 'lines[].gcode', 'list.country']),
    );
    for (const path of [
      'list.grossWeight',
      'lines[].currency',
      'producer.code',
      'lines[].barCode',
      'payment.payNo',
      'note',
    ])
      expect(marked).not.toContain(path);
  });

  test('explains every column: field, length of the strictest message, code table, messages', async () => {
    const sheet = await readSheet(await makeTemplate(regime9610, sources), '填写说明');
    expect(sheet).toHaveLength(columns.length + 1);
    const row = (path: string) => sheet.find((r) => r[1] === path)!;
    expect(row('lines[].itemNo')).toMatchObject({
      0: '商品货号',
      2: '必填',
      4: '至多 20 字',
      9: 'CEB303Message itemNo、CEB603Message itemNo',
    });
    expect(row('list.pod')).toMatchObject({ 3: '代码', 4: '3 至 4 字', 5: '指运港（港口航线）' });
    expect(lengthText(column('goodsValue'))).toBe('至多 14 位整数、5 位小数');
    expect(lengthText(column('lines[].gcode'))).toBe('10 位');
  });

  test('lists the short code tables and names the long ones', async () => {
    const sheet = await readSheet(await makeTemplate(regime9610, sources), '代码表');
    const texts = sheet.map((r) => r.join(' '));
    expect(texts).toContainEqual(expect.stringMatching(/^币制 502 美元/));
    expect(texts).toContainEqual(expect.stringMatching(/^计量单位 035 千克/));
    expect(sheet.filter((r) => String(r[0]).startsWith('指运港'))).toHaveLength(1);
  });
});
