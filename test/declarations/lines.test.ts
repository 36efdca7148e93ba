import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '../../src/base/ids.js';
import type { Order } from '../../src/orders/order.js';
import { migrate, migrationsDir } from '../../src/store/migrate.js';
import { OPERATOR_TENANT, Store } from '../../src/store/store.js';
import { newDatabase } from '../support/database.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { handIn, ordersOfOneSeller } from '../support/journey.js';
import type { Client } from '../support/client.js';

interface Line {
  id: string;
  gnum: number | null;
  first_gnum: number | null;
  item_no: string;
  gcode: string;
  qty: string;
  amount: string;
  currency: string;
  country: string;
  gone: boolean;
}

const linesOf = async (store: Store, id: string): Promise<Line[]> =>
  (
    await store.query<Line>(
      `select id, gnum, first_gnum, item_no, gcode, trim_scale(qty)::text as qty, trim_scale(amount)::text as amount, currency, country,
              removed_at is not null as gone
         from declaration_lines where declaration_id = $1 order by first_gnum nulls last, gnum`,
      [id],
    )
  ).rows;

/** An order of three lines, whose first goods were sold twice more. */
function threeLines(order: Order): Order {
  const first = order.lines[0]!;
  const lines = ['A', 'B', 'C'].map((itemNo, i) => ({
    ...first,
    gnum: String(i + 1),
    itemNo,
    qty: '2',
    qty1: first.unit1 === first.unit ? '2' : '0.1',
    qty2: first.unit2 === undefined ? undefined : first.unit2 === first.unit ? '2' : '0.1',
    price: '3',
    totalPrice: '6',
  }));
  const charge = String(18 + Number(order.freight ?? '0'));
  return { ...order, goodsValue: '18', payment: { ...order.payment, charge }, lines };
}

const orders = ordersOfOneSeller(2, { batch: 'LINES' }).map(threeLines);
let it: TestGateway;
let client: Client;

beforeAll(async () => {
  it = await startTestGateway({ orders, workers: false });
  client = [...it.sellers.values()][0]!.client;
});
afterAll(() => it.close());

test('every goods line of an accepted order is a row with what was declared', async () => {
  const [id] = await handIn(client, [orders[0]!]);
  const lines = await linesOf(it.gateway.store, id!);
  expect(lines).toHaveLength(3);
  expect(lines.map((l) => [l.gnum, l.item_no, l.qty, l.amount, l.currency, l.country, l.gone])).toEqual(
    ['A', 'B', 'C'].map((itemNo, i) => [
      i + 1,
      itemNo,
      '2',
      '6',
      orders[0]!.currency,
      orders[0]!.list.country,
      false,
    ]),
  );
});

test('a line keeps its identity through corrections: changed, renumbered when another goes, marked when it goes itself', async () => {
  const [id] = await handIn(client, [orders[1]!]);
  const before = await linesOf(it.gateway.store, id!);
  const charge = String(12 + Number(orders[1]!.freight ?? '0') + 6);
  await client.post(`/v1/declarations/${id}/corrections`, {
    changes: {
      'lines[1]': null,
      'lines[2].totalPrice': '12',
      'lines[2].price': '6',
      goodsValue: '18',
      'payment.charge': charge,
    },
    reason: '少发一件',
  });
  const after = await linesOf(it.gateway.store, id!);
  expect(after.map((l) => [l.id, l.gnum, l.amount, l.gone])).toEqual([
    [before[0]!.id, 1, '6', false],
    [before[1]!.id, null, '6', true],
    [before[2]!.id, 2, '12', false],
  ]);
  const { rows } = await it.gateway.store.query<{ line_ids: string[] }>(
    'select line_ids from order_revisions where order_id = $1 and revision = 2',
    [id],
  );
  expect(rows[0]!.line_ids).toEqual([before[0]!.id, before[2]!.id]);
});

test('declarations taken in before lines were rows get them: as corrected, with those a correction had taken out', async () => {
  const database = await newDatabase({ empty: true });
  const store = new Store(database.url);
  const dir = mkdtempSync(join(tmpdir(), 'migrations-'));
  try {
    for (const file of readdirSync(migrationsDir).filter((f) => f < '0015'))
      copyFileSync(join(migrationsDir, file), join(dir, file));
    await migrate(store, dir);
    const [plain, corrected] = [newId(), newId()];
    const shorter = { ...orders[1]!, lines: orders[1]!.lines.slice(0, 2) };
    for (const [id, order] of [
      [plain, orders[0]!],
      [corrected, orders[1]!],
    ] as const) {
      await store.query(
        `insert into orders (id, tenant_id, regime, business_key, fingerprint, body, submitted_by) values ($1, $2, '9610', $3, '', $4, 'cli')`,
        [id, OPERATOR_TENANT, id, JSON.stringify(order)],
      );
      await store.query(
        `insert into declarations (id, tenant_id, regime, order_no, platform_code, platform_name, seller_code, seller_name, cop_no, delivery)
         values ($1, $2, '9610', 'N', 'P', 'P', 'S', 'S', 'C', 'waiting')`,
        [id, OPERATOR_TENANT],
      );
    }
    await store.query(
      `insert into order_revisions (tenant_id, order_id, revision, body, changes, reason, changed_by)
       values ($1, $2, 2, $3, '[]', 'r', 'cli')`,
      [OPERATOR_TENANT, corrected, JSON.stringify(shorter)],
    );
    await migrate(store);
    expect((await linesOf(store, plain)).map((l) => [l.gnum, l.item_no, l.amount, l.gone])).toEqual([
      [1, 'A', '6', false],
      [2, 'B', '6', false],
      [3, 'C', '6', false],
    ]);
    const lines = await linesOf(store, corrected);
    expect(lines.map((l) => [l.gnum, l.item_no, l.gone])).toEqual([
      [1, 'A', false],
      [2, 'B', false],
      [null, 'C', true],
    ]);
    const { rows } = await store.query<{ line_ids: string[] }>('select line_ids from order_revisions');
    expect(rows[0]!.line_ids).toEqual(lines.slice(0, 2).map((l) => l.id));
  } finally {
    await store.close();
    await database.drop();
    rmSync(dir, { recursive: true });
  }
});
