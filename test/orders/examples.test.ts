import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../src/base/root.js';
import { isUscc } from '../../src/checks/enterpriseCode.js';
import type { OrderFormat } from '../../src/orders/read/format.js';
import type { TableNotes } from '../../src/orders/read/table.js';
import { exampleFiles, exampleOrders } from '../support/exampleFiles.js';
import { sampleOrders, sampleRegimes } from '../support/sampleOrders.js';
import { makeUscc } from '../support/uscc.js';
import { documentFaults } from './documents.js';
import { readAll } from './reading.js';

const example = (name: string): Buffer => readFileSync(join(projectRoot, 'examples', name));
const orders = exampleOrders();

describe('the example orders', () => {
  test.each(['json', 'ndjson', 'csv', 'xlsx'] as const)(
    'orders-9610.%s holds them all, without a fault',
    async (format: OrderFormat) => {
      const read = await readAll(example(`orders-9610.${format}`), format);
      expect(read.flatMap((r) => r.faults)).toEqual([]);
      expect(read.map((r) => r.order)).toEqual(exampleOrders('9610', format));
    },
  );

  test.each(
    sampleRegimes
      .filter((regime) => regime !== '9610')
      .flatMap(
        (regime) =>
          [
            [regime, 'json'],
            [regime, 'csv'],
            [regime, 'xlsx'],
          ] as const,
      ),
  )('orders-%s.%s holds 50 orders without a fault', async (regime, format) => {
    const wanted = exampleOrders(regime, format);
    const read = await readAll(example(`orders-${regime}.${format}`), format);
    expect(wanted).toHaveLength(50);
    expect(read.flatMap((r) => r.faults)).toEqual([]);
    expect(read.map((r) => r.order)).toEqual(wanted);
    expect(wanted.flatMap((order) => documentFaults(order))).toEqual([]);
  });

  test('have numbers of their own in every file, so that each can be imported after every other', () => {
    const seen = new Map<string, string>();
    for (const regime of sampleRegimes)
      for (const format of [
        'json',
        'csv',
        'xlsx',
        ...(regime === '9610' ? (['ndjson'] as const) : []),
      ] as const)
        for (const { orderNo, waybill, payment } of exampleOrders(regime, format))
          for (const no of [
            `o ${orderNo}`,
            `w ${waybill.logisticsNo}`,
            ...(payment.payNo ? [`p ${payment.payNo}`] : []),
          ]) {
            expect({ no, also: seen.get(no) }).toEqual({ no, also: undefined });
            seen.set(no, `${regime}.${format}`);
          }
  });

  test.each(['shopify', 'dianxiaomi', 'mabang', 'aliexpress', 'official'])(
    'the raw export shops/%s.csv is recognised and read without a question',
    async (id) => {
      let notes: TableNotes | undefined;
      const read = await readAll(example(`shops/${id}.csv`), 'csv', { onTable: (found) => (notes = found) });
      expect(read.flatMap((r) => r.faults)).toEqual([]);
      expect(notes?.profile).toBe(id);
      expect(
        notes?.columns.filter((c) => ['unsure', 'unknown'].includes(c.confidence)).map((c) => c.header),
      ).toEqual([]);
      for (const { order } of read)
        for (const path of ['orderNo', 'currency', 'goodsValue'] as const)
          expect(order?.[path]).toBeDefined();
    },
  );

  test('are those that scripts/examples.mjs writes', async () => {
    for (const [name, content] of await exampleFiles())
      if (!name.endsWith('.xlsx')) expect(example(name).equals(content)).toBe(true);
  });

  test('pass every field check and every rule', () => {
    expect(orders.flatMap((order) => documentFaults(order))).toEqual([]);
  });

  test('are varied: sellers, platforms, destinations, both statistics flags, one to five lines', () => {
    const count = (pick: (order: (typeof orders)[number]) => unknown) => new Set(orders.map(pick)).size;
    expect(orders.length).toBeGreaterThanOrEqual(120);
    expect(count((o) => o.seller.code)).toBeGreaterThanOrEqual(5);
    expect(count((o) => o.platform.code)).toBe(3);
    expect(count((o) => o.list.country)).toBeGreaterThanOrEqual(10);
    expect(count((o) => o.list.customsCode)).toBeGreaterThanOrEqual(4);
    expect([...new Set(orders.map((o) => o.lines.length))].sort()).toEqual([1, 2, 3, 4, 5]);
    for (const flag of ['A', 'B'])
      expect(orders.filter((o) => o.list.statisticsFlag === flag).length).toBeGreaterThan(20);
  });

  test('add up to the cent, counted in whole hundred-thousandths', () => {
    const units = (text: string | undefined): bigint => {
      const [whole = '0', fraction = ''] = (text ?? '').split('.');
      return BigInt(whole + fraction.padEnd(5, '0'));
    };
    for (const order of orders) {
      for (const line of order.lines)
        expect(units(line.qty) * units(line.price)).toBe(units(line.totalPrice) * 100_000n);
      const total = order.lines.reduce((sum, line) => sum + units(line.totalPrice), 0n);
      expect(units(order.goodsValue)).toBe(total);
      expect(units(order.payment.charge)).toBe(total + units(order.freight));
    }
  });
});

describe('the generator', () => {
  test('gives the same orders for the same seed, others for another', () => {
    const some = (seed: number) => JSON.stringify([...sampleOrders({ count: 20, seed })]);
    expect(some(1)).toBe(some(1));
    expect(some(1)).not.toBe(some(2));
  });

  test('makes orders one at a time and never a number twice', () => {
    const seen = new Set<string>();
    for (const order of sampleOrders()) {
      for (const no of [order.orderNo, order.waybill.logisticsNo, order.payment.payNo]) {
        expect(seen.has(no!)).toBe(false);
        seen.add(no!);
      }
      if (seen.size >= 3000) break;
    }
  });

  test.each(sampleRegimes)('five hundred orders of %s of another seed and batch are valid too', (regime) => {
    for (const order of sampleOrders({ count: 500, seed: 77, batch: 'T', regime }))
      expect(documentFaults(order)).toEqual([]);
  });

  test('makes company codes with a right check character', () => {
    const codes = Array.from({ length: 700 }, (_, i) => makeUscc(i));
    expect(codes.every(isUscc)).toBe(true);
    expect(new Set(codes).size).toBe(codes.length);
  });
});
