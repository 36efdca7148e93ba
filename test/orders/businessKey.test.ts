import { describe, expect, test } from '@jest/globals';
import { businessKey, fingerprintOf } from '../../src/orders/businessKey.js';
import { orderSchema } from '../../src/orders/order.js';
import { sampleOrders } from '../support/sampleOrders.js';
import { readAll } from './reading.js';

const order = (over: object) =>
  orderSchema.parse({ orderNo: '1', seller: { code: 'S' }, platform: { code: 'P' }, ...over });

describe('the business key', () => {
  test('is platform and order number; the seller counts only where the platform has no code', () => {
    expect(businessKey(order({}))).toBe(businessKey(order({ seller: { code: 'T' } })));
    expect(businessKey(order({}))).not.toBe(businessKey(order({ platform: { code: 'Q' } })));
    const foreign = { platform: { code: '无' } };
    expect(businessKey(order(foreign))).not.toBe(businessKey(order({ ...foreign, seller: { code: 'T' } })));
  });

  test('cannot be confused by separators inside the parts', () => {
    expect(businessKey(order({ orderNo: '","2' }))).not.toBe(
      businessKey(order({ orderNo: '2', platform: { code: 'P","' } })),
    );
  });
});

describe('the fingerprint', () => {
  test('is the same for the same order however it was written', async () => {
    const [sample] = [...sampleOrders({ count: 1, seed: 4 })];
    const reversed = JSON.stringify(sample, Object.keys(flat(sample)).reverse());
    const [read] = await readAll(reversed, 'json');
    expect(fingerprintOf(read!.order!)).toEqual(fingerprintOf(sample!));
    expect(fingerprintOf(order({ goodsValue: '59.80' }))).toEqual(
      fingerprintOf(order({ goodsValue: '59.8' })),
    );
    expect(fingerprintOf(order({ note: undefined }))).toEqual(fingerprintOf(order({})));
  });

  test('changes with every value', () => {
    const base = fingerprintOf(order({ lines: [{ qty: '1' }, { qty: '2' }] }));
    for (const other of [
      order({ lines: [{ qty: '2' }, { qty: '1' }] }),
      order({ lines: [{ qty: '1' }, { qty: '2' }], note: 'x' }),
      order({ lines: [{ qty: '1' }, { qty: '2.01' }] }),
      order({ lines: [{ qty: '1' }, { price: '2' }] }),
    ])
      expect(fingerprintOf(other)).not.toEqual(base);
    expect(fingerprintOf(order({ orderNo: '1.0' }))).not.toEqual(fingerprintOf(order({ orderNo: '1' })));
  });

  test('has 32 bytes', () => expect(fingerprintOf(order({}))).toHaveLength(32));
});

/** Every key that occurs in a value, at any depth. */
function flat(value: unknown): Record<string, true> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.assign({}, ...Object.entries(value).map(([k, v]) => ({ [k]: true, ...flat(v) }))) as Record<
    string,
    true
  >;
}
