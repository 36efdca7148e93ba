import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command as Program } from 'commander';
import { addOperations } from '../../src/commands/operations.js';
import { addSellerFiles } from '../../src/commands/sellerFiles.js';
import { addWarehouses } from '../../src/commands/warehouses.js';
import { runHere, startCommand } from '../support/commands.js';
import { ordersOfOneSeller } from '../support/journey.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

const orders = ordersOfOneSeller(1, { seed: 93, batch: 'S' });
const seller = orders[0]!.seller.code!;
const dir = mkdtempSync(join(tmpdir(), 'gateway-seller-'));
let it: TestGateway;

beforeAll(async () => {
  it = await startTestGateway({ orders, workers: false });
});
afterAll(async () => {
  await it.close();
  rmSync(dir, { recursive: true, force: true });
});

const file = (name: string, content: string) => {
  writeFileSync(join(dir, name), content);
  return join(dir, name);
};
/** Commands on the gateway's database. */
const settings = () => ({
  GATEWAY_DATA_DIR: it.gateway.config.dataDir,
  DATABASE_URL: it.gateway.config.databaseUrl ?? '',
  GATEWAY_TRANSPORT: 'none',
  GATEWAY_LOG_LEVEL: 'error',
});
const add = (program: Program) => {
  addSellerFiles(program);
  addWarehouses(program);
  addOperations(program);
};
/** Runs one command to its end, in this process. */
async function run(...args: string[]) {
  const { code, out, err } = await runHere(add, args, settings());
  return { ended: code, stdout: out, stderr: err };
}

test('what a seller gives once from the command line is there when a file is previewed with it', async () => {
  const profile = file(
    'own.json',
    JSON.stringify({
      columns: [
        { header: '我方单据', field: 'orderNo' },
        { header: '我的货号', field: 'lines[].itemNo' },
        { header: '颜色', field: null },
      ],
    }),
  );
  const saved = await run('profiles', profile, '--seller', seller, '--name', '自营站');
  expect(saved).toMatchObject({ ended: 0, stderr: '' });
  expect(JSON.parse(saved.stdout)).toContainEqual(expect.objectContaining({ name: '自营站', columns: 3 }));

  const defaults = file('defaults.json', JSON.stringify({ values: { regime: '9610', currency: '美元' } }));
  const kept = await run('defaults', defaults, '--seller', seller);
  expect(kept).toMatchObject({ ended: 0, stderr: '' });
  expect(JSON.parse(kept.stdout)).toMatchObject({ values: { regime: '9610', currency: '502' } });

  const goods = file('goods.csv', '商品货号,商品编码,商品名称\nSKU-A,9503002100,毛绒玩具\n');
  expect(await run('goods', 'import', goods, '--seller', seller)).toMatchObject({ ended: 0 });
  const out = join(dir, 'out.csv');
  expect(await run('goods', 'export', out, '--seller', seller)).toMatchObject({ ended: 0 });
  expect(readFileSync(out, 'utf8')).toContain('9503002100');

  const orderFile = file('orders.csv', '我方单据,我的货号,颜色,数量,单价\nP1,SKU-A,红,2,10\n');
  const flags = ['--seller', seller, '--profile', '自营站', '--preview'];
  // One of them as people run it, in a process of its own.
  const preview = startCommand(['import', orderFile, ...flags], settings());
  expect({ ended: await preview.ended, stderr: preview.stderr() }).toEqual({ ended: 0, stderr: '' });
  const shown = JSON.parse(preview.stdout()) as { columns: { header: string; confidence: string }[] };
  expect(shown.columns.map((c) => [c.header, c.confidence])).toEqual([
    ['我方单据', 'sure'],
    ['我的货号', 'sure'],
    ['颜色', 'ignored'],
    ['数量', 'sure'],
    ['单价', 'sure'],
  ]);
  expect(JSON.stringify(shown)).toContain('9503002100');
  const { rows } = await it.gateway.store.query('select 1 from imports');
  expect(rows).toEqual([]);
}, 180_000);

test('a profile nobody saved and a code nobody has are told in words', async () => {
  const orderFile = file('one.csv', '订单编号,数量\nP1,2\n');
  const unknown = await run('import', orderFile, '--preview', '--profile', '没有');
  expect(unknown.ended).toBe(1);
  expect(unknown.stderr).toMatch(/^I41 /);
  const nobody = await run('defaults', '--seller', '91500000000000000X');
  expect(nobody.ended).toBe(1);
  expect(nobody.stderr).toMatch(/^A03 /);
}, 90_000);

test('warehouses go in and out as files, and their figures and stock are told from the command line', async () => {
  const register = file(
    'warehouses.csv',
    '海外仓名称,国家,地址,性质,取得方式,面积,面积起算日\nHalle Ost,德国,x,公共,租赁,1000,2026-01-01\nHalle West,月球,x,公共,租赁,1,2026-01-01\n',
  );
  const entered = await run('warehouses', 'import', register, '--seller', seller);
  expect(entered.ended).toBe(1);
  expect(entered.stderr).toContain('月球');
  expect(JSON.parse(entered.stdout)).toMatchObject({ added: 1, refused: 1 });
  const out = join(dir, 'out.csv');
  expect(await run('warehouses', 'export', out)).toMatchObject({ ended: 0, stderr: '' });
  expect(readFileSync(out, 'utf8')).toContain('Halle Ost,,德国');
  const figures = await run(
    'warehouses',
    'figures',
    '--from',
    '2026-01-01',
    '--to',
    '2026-01-31',
    '--by',
    'country',
  );
  expect(JSON.parse(figures.stdout)).toMatchObject({ lines: [{ text: { zh: '德国' }, area: '1000.00' }] });
  expect(await run('warehouses', 'figures', '--from', '2026-13-01')).toMatchObject({ ended: 1 });
  expect(await run('warehouses', 'stock', '--seller', seller)).toMatchObject({ ended: 0, stdout: '' });
});
