import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Command as Program } from 'commander';
import { parse } from 'csv-parse/sync';
import { fromBufferPromise } from 'yauzl';
import { dayOf } from '../../src/base/clock.js';
import { addOffline } from '../../src/commands/offline.js';
import { addRegisters } from '../../src/commands/registers.js';
import { addSellerFiles } from '../../src/commands/sellerFiles.js';
import { addWarehouses } from '../../src/commands/warehouses.js';
import { allRoutes } from '../../src/http/routes.js';
import { escapeFormula } from '../../src/orders/cellText.js';
import { enrol, type Client } from '../support/client.js';
import { runHere, settingsOf } from '../support/commands.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import { ordersOfOneSeller, type Import } from '../support/journey.js';
import { orderFile } from '../support/orderFile.js';

/** What spreadsheets run, or some of them after they made the full-width sign a plain one. */
const FORMULAS = [
  "=cmd|' /C calc'!A0",
  '+1+cmd',
  '-2+cmd',
  '@SUM(1)',
  '＝1+cmd',
  '＋1+cmd',
  '－1+cmd',
  '＠SUM(1)',
];
const RUN = /^[=+\-@＝＋－＠\t\r\n]/;
const NUMBER = /^[+-]?\d[\d,]*(\.\d+)?$/;

const [order] = ordersOfOneSeller(1, { batch: 'FX' });
let it: TestGateway;
let owner: Client;
let officer: Client;
const imports: string[] = [];
/** What stands for the parts of a path in braces. */
const parts: Record<string, string> = {};

beforeAll(async () => {
  it = await startTestGateway({ orders: [order!] });
  ({ client: owner } = it.sellers.get(order!.seller.code!)!);
  officer = (await enrol(it.operator, { code: null, name: '=1+某商务委', role: 'officer' })).client;
  const today = dayOf(new Date());
  await owner.post('/v1/goods', {
    items: FORMULAS.map((gname, n) => ({ sku: `SKU-${n}`, values: { gname } })),
  });
  await owner.post('/v1/warehouses', {
    warehouses: FORMULAS.map((note, n) => ({
      name: `${note} 仓${n}`,
      country: '美国',
      address: note,
      kind: 'public',
      acquisition: 'leased',
      note,
    })),
  });
  await owner.post('/v1/settlements', {
    settlements: FORMULAS.map((note, n) => ({
      institution: note,
      currency: 'CNY',
      amount: '1',
      settledOn: today,
      reference: `FX-${n}`,
      note,
    })),
  });
  await owner.post('/v1/tax-records', {
    taxRecords: FORMULAS.map((note, n) => ({
      kind: '退税',
      status: '已申报',
      amount: '1',
      happenedOn: today,
      orderNo: `T-${n}`,
      reference: `B-${n}`,
      note,
    })),
  });
  const enterprise = it.sellers.get(order!.seller.code!)!.tenantId;
  await it.operator.post(`/v1/enterprises/${enterprise}`, {
    code: order!.seller.code,
    name: FORMULAS[3],
  });
  // Taken in, whatever becomes of it: the list of declarations holds its number.
  await owner.post('/v1/orders', [{ ...order!, orderNo: '@SUM(1)' }]);
  const round = await officer.post<{ id: string }>('/v1/awards/rounds', {
    policy: 'qianjiang-2023',
    year: 2026,
    title: FORMULAS[3],
    clauses: [],
  });
  parts['/v1/awards/rounds/{id}'] = round.id;
  const snapshot = await officer.post<{ id: string }>('/v1/figures/closings', {
    month: '2026-01',
    status: 'final',
    note: FORMULAS[3],
  });
  parts['/v1/figures/snapshots/{id}'] = snapshot.id;
  await officer.post('/v1/registry/facts', {
    facts: FORMULAS.map((note, n) => ({
      code: order!.seller.code,
      kind: 'district',
      subject: '黔江区',
      validFrom: `2026-01-0${n + 1}`,
      source: note,
      note,
    })),
  });
  for (const name of ['orders.csv', 'orders.xlsx']) {
    const rows = FORMULAS.map((note, n) => ({
      ...order!,
      orderNo: `${order!.orderNo}${n}`,
      note,
      goodsValue: 'x',
    }));
    const { id } = await owner.upload<Import>(`/v1/imports?fileName=${name}`, await orderFile(name, rows));
    await eventually(
      () => owner.get<Import>(`/v1/imports/${id}`),
      (i) => i.state === 'done',
    );
    imports.push(id);
  }
}, 120_000);
afterAll(() => it.close());

const TABLE = /csv|spreadsheetml|octet-stream/;
/** Files that were handed in and leave as they came. */
const PAPERS = ['/v1/awards/evidence/{id}', '/v1/warehouses/evidence/{id}/file', '/v1/attachments/{id}/file'];
/** Tables of codes, and those of what was cleared or belongs to an order, of which this file has nothing. */
const NOTHING_PLANTED = [
  '/v1/templates/{file}',
  '/v1/totals.csv',
  '/v1/figures.csv',
  '/v1/figures.xlsx',
  '/v1/figures/history/template',
  '/v1/figures/snapshots/{id}/export.csv',
  '/v1/tax-records/export',
];
const tableRoutes = () =>
  allRoutes(it.gateway).filter(
    ({ method, media, path }) =>
      method === 'get' && media !== undefined && TABLE.test(media) && !PAPERS.includes(path),
  );

/** Every request for a table: both formats where the route has them. */
function tables(): { route: string; path: string }[] {
  const period = 'from=2020-01&to=2099-12';
  return tableRoutes().flatMap(({ path: route }) => {
    const start = Object.keys(parts).find((known) => route.startsWith(known));
    const path = start ? route.replace(start, start.replace('{id}', parts[start]!)) : route;
    const paths = path.startsWith('/v1/imports/')
      ? imports.map((id) => path.replace('{id}', id))
      : path.includes('{file}')
        ? [path.replace('{file}', '9610.csv'), path.replace('{file}', '9610.xlsx')]
        : ['', `?${period}&by=enterprise`, `?${period}`, '?format=csv', '?format=xlsx'].map(
            (query) => path + query,
          );
    return paths.map((asked) => ({ route, path: asked }));
  });
}

/** What a spreadsheet would run of a table, and whether anything of what was planted is in it. */
async function formulasIn(bytes: Buffer, kind: string): Promise<{ run: string[]; planted: boolean }> {
  const run: string[] = [];
  let planted = false;
  if (kind === 'csv') {
    const cells = (parse(bytes, { bom: true, relax_column_count: true }) as string[][]).flat();
    run.push(...cells.filter((cell) => RUN.test(cell) && !NUMBER.test(cell)));
    planted = cells.some((cell) => FORMULAS.some((formula) => cell.startsWith(`'${formula}`)));
  } else if (kind === 'xlsx') {
    const book = await fromBufferPromise(bytes);
    for await (const entry of book.eachEntry()) {
      const name = entry.fileName;
      const text = (await buffer(await book.openReadStreamPromise(entry))).toString('utf8');
      if (name.includes('worksheets/') && /<f[\s>/]/.test(text)) run.push(`a formula in ${name}`);
      planted ||= /[@＠]SUM\(1\)/.test(text);
    }
  }
  return { run, planted };
}

test('no table that leaves the gateway holds a cell that a spreadsheet would run', async () => {
  const wrong: string[] = [];
  const showed = new Set<string>();
  const asked = new Set<string>();
  for (const { route, path } of tables())
    for (const client of [owner, officer]) {
      const answer = await client.raw('GET', path);
      const type = answer.headers.get('content-type') ?? '';
      const bytes = Buffer.from(await answer.arrayBuffer());
      if (!answer.ok) continue;
      asked.add(route);
      const found = await formulasIn(
        bytes,
        type.startsWith('text/csv') ? 'csv' : type.includes('spreadsheetml') ? 'xlsx' : '',
      );
      wrong.push(...found.run.map((cell) => `${path}: ${cell}`));
      if (found.planted) showed.add(route);
    }
  expect(wrong).toEqual([]);
  // Every table was asked for with success, and what was planted is in it, so that the walk can fail: a new one needs its
  // plant, too.
  const routes = tableRoutes().map(({ path }) => path);
  expect(routes.filter((path) => !asked.has(path))).toEqual([]);
  expect(routes.filter((path) => !showed.has(path))).toEqual(NOTHING_PLANTED);
});

test('nor does one that a command writes', async () => {
  const program = new Program();
  const groups = [addRegisters, addSellerFiles, addWarehouses, addOffline];
  for (const add of groups) add(program);
  const writes = program.commands
    .flatMap((command) => [command, ...command.commands])
    .filter((command) => /\.csv/.test(command.description()))
    .map((command) => `${command.parent === program ? '' : `${command.parent!.name()} `}${command.name()}`);
  const seller = ['--seller', order!.seller.code!];
  /** A template is code tables and examples of our own. */
  const asked: Record<string, string[] | undefined> = {
    'registry export': [],
    'goods export': seller,
    'warehouses export': seller,
    template: undefined,
  };
  expect(writes.sort()).toEqual(Object.keys(asked).sort());
  const settings = settingsOf(it.gateway.config, it.sandbox.url);
  for (const [command, flags] of Object.entries(asked))
    for (const kind of flags ? (['csv', 'xlsx'] as const) : []) {
      const file = join(it.dir, `exported.${kind}`);
      const ran = await runHere(
        (here) => groups.forEach((add) => add(here)),
        [...command.split(' '), file, ...flags!],
        { ...settings, GATEWAY_LOG_LEVEL: 'error' },
      );
      expect({ command, code: ran.code, err: ran.err }).toEqual({ command, code: 0, err: '' });
      expect({ command, kind, ...(await formulasIn(readFileSync(file), kind)) }).toEqual({
        command,
        kind,
        run: [],
        planted: true,
      });
    }
});

test('a number below zero stays a number, everything else that begins like a formula is text', () => {
  expect(['-12.30', '+1', '-1,000.00'].map(escapeFormula)).toEqual(['-12.30', '+1', '-1,000.00']);
  for (const formula of [...FORMULAS, '\t=1', '\r=1', '\n=1', '-1-1', '+86 23', '-'])
    expect(escapeFormula(formula)).toBe(`'${formula}`);
});
