import { afterAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCommand } from '../support/commands.js';
import { ordersOfOneSeller } from '../support/journey.js';

const dir = mkdtempSync(join(tmpdir(), 'gateway-offline-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('an order, waybill or payment that one offline file holds twice is refused, and the first stands', async () => {
  const [first, waybill, payment, good] = ordersOfOneSeller(4, { seed: 77, batch: 'D' });
  const orders = [
    first!,
    first!,
    { ...waybill!, waybill: first!.waybill },
    { ...payment!, payment: { ...payment!.payment, payNo: first!.payment.payNo, code: first!.payment.code } },
    good!,
  ];
  const file = join(dir, 'orders.json');
  writeFileSync(file, JSON.stringify(orders));
  const command = startCommand(['build', file, '--out', join(dir, 'out')], {});
  expect(await command.ended).toBe(1);
  const stdout = JSON.parse(command.stdout()) as { orders?: number; faulty: number };
  expect(stdout.faulty).toBe(3);
  const told = JSON.parse(command.stderr()) as { index: number; faults: { code: string; path: string }[] }[];
  const repeats = told.map(({ index, faults }) => ({
    index,
    says: faults.map((f) => `${f.code} ${f.path}`).filter((one) => one.startsWith('R9')),
  }));
  expect(repeats.filter(({ says }) => says.length > 0)).toEqual([
    { index: 1, says: ['R901 orderNo'] },
    { index: 2, says: ['R902 waybill.logisticsNo'] },
    { index: 3, says: ['R903 payment.payNo'] },
  ]);
});

test('one payment of several orders is built offline as intake takes it, up to its whole amount', async () => {
  const [first, second, third] = ordersOfOneSeller(3, { seed: 78, batch: 'E' });
  const charge = Number(first!.payment!.charge) + Number(second!.payment!.charge);
  const shared = { ...first!.payment, total: charge.toFixed(2) };
  const orders = [first!, second!, third!].map((order) => ({
    ...order,
    currency: first!.currency,
    platform: first!.platform,
    seller: first!.seller,
    payment: { ...shared, charge: order.payment!.charge },
  }));
  const file = join(dir, 'combined.json');
  writeFileSync(file, JSON.stringify(orders));
  const command = startCommand(['build', file, '--out', join(dir, 'combined')], {});
  await command.ended;
  const told = JSON.parse(command.stderr()) as { index: number; faults: { code: string; path: string }[] }[];
  const refused = told.flatMap(({ index, faults }) =>
    faults.filter((f) => f.code.startsWith('R9')).map((f) => ({ index, code: f.code, path: f.path })),
  );
  expect(refused).toEqual([{ index: 2, code: 'R907', path: 'payment.payNo' }]);
  expect(JSON.parse(command.stdout())).toMatchObject({ built: 2, faulty: 1 });
});
