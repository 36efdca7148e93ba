import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { prepareOne } from '../../src/documents/prepare.js';
import type { Order } from '../../src/orders/order.js';
import { enrol, type Client } from '../support/client.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationOf, documentOf, handIn, ordersOfOneSeller, WAYBILL } from '../support/journey.js';
import { makeUscc } from '../support/uscc.js';

const stock = ordersOfOneSeller(60, { seed: 62, batch: 'WAY' });
const take = (): Order => stock.shift()!;
const stranger = { code: makeUscc(612), name: '重庆陌生示例贸易有限公司' };
let it: TestGateway;
let client: Client;
let other: Client;

beforeAll(async () => {
  it = await startTestGateway({ orders: stock, workers: false });
  ({ client } = [...it.sellers.values()][0]!);
  ({ client: other } = await enrol(it.operator, { ...stranger, role: 'seller' }));
});
afterAll(() => it.close());

const prepare = () =>
  prepareOne(it.gateway.store, it.gateway.journey.prepareContext(pino({ level: 'silent' })));
const prepareAll = async () => {
  while ((await prepare()) > 0);
};

test('of twenty simultaneous corrections exactly one wins and every other is told so (T01)', async () => {
  const [id] = await handIn(client, [take()]);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      client.raw(
        'POST',
        `/v1/declarations/${id}/corrections`,
        JSON.stringify({ changes: { 'list.voyageNo': `V${i}` }, reason: '航次', revision: 1 }),
        { 'Content-Type': 'application/json' },
      ),
    ),
  );
  expect(answers.filter((a) => a.ok)).toHaveLength(1);
  for (const answer of answers.filter((a) => !a.ok)) {
    expect(answer.status).toBe(409);
    const problem = (await answer.json()) as { faults: { code: string }[] };
    expect(problem.faults.map((f) => f.code)).toEqual(['T01']);
  }
  const won = answers.findIndex((a) => a.ok);
  const stored = await declarationOf(client, id!);
  expect(stored).toMatchObject({ revision: 2, order: { list: { voyageNo: `V${won}` } } });
});

test('what is signed is what was locked: corrections and signing at the same time lose no correction', async () => {
  const orders = Array.from({ length: 16 }, take);
  const ids = await handIn(client, orders);
  let correcting = true;
  const corrections = Promise.all(
    ids.map(async (id) => {
      for (let n = 1; n <= 6; n++) {
        const answer = await client.raw(
          'POST',
          `/v1/declarations/${id}/corrections`,
          JSON.stringify({ changes: { 'waybill.goodsInfo': `货物 ${n}`, note: `备注 ${n}` }, reason: '改' }),
          { 'Content-Type': 'application/json' },
        );
        // Once its documents are signed nothing is corrected in place any more.
        if (!answer.ok) return;
      }
    }),
  ).finally(() => (correcting = false));
  const context = { ...it.gateway.journey.prepareContext(pino({ level: 'silent' })), batch: 3 };
  const signing = async () => {
    while (correcting)
      if ((await prepareOne(it.gateway.store, context)) === 0) await new Promise(setImmediate);
  };
  await Promise.all([corrections, signing(), signing(), signing()]);
  await prepareAll();
  const { rows } = await it.gateway.store.query<{ xml: string; goods: string; no: string }>(
    `select convert_from(m.bytes, 'UTF8') as xml, coalesce(r.body, o.body) -> 'waybill' ->> 'goodsInfo' as goods,
            o.body -> 'waybill' ->> 'logisticsNo' as no
       from documents d join messages m on m.id = d.message_id join orders o on o.id = d.declaration_id
       left join order_revisions r on r.order_id = d.declaration_id and r.revision = d.order_revision
      where d.declaration_id = any($1) and d.message_type = $2`,
    [ids, WAYBILL],
  );
  expect(rows).toHaveLength(orders.length);
  for (const { xml, goods, no } of rows) {
    const own = xml.split('<ceb:Logistics>').find((part) => part.includes(`<ceb:logisticsNo>${no}<`));
    expect(own).toContain(`<ceb:goodsInfo>${goods}<`);
  }
});

test('a key goes to customs for one declaration at a time: the other waits for its number, and goes when the first was refused', async () => {
  const [mine, theirs] = [take(), take()];
  const [first] = await handIn(other, [
    {
      ...theirs,
      orderNo: `S${theirs.orderNo ?? ''}`,
      seller: { ...theirs.seller, ...stranger },
      producer: { code: 'NO', name: stranger.name },
      waybill: { ...theirs.waybill, logisticsNo: mine.waybill.logisticsNo },
    },
  ]);
  const [second] = await handIn(client, [mine]);
  await prepareAll();
  expect(documentOf(await declarationOf(other, first!), WAYBILL).delivery).toBe('queued');
  const waiting = await declarationOf(client, second!);
  expect(waiting.attention).toBe(true);
  expect(documentOf(waiting, WAYBILL)).toMatchObject({
    delivery: 'waiting',
    waitingFor: { reason: 'number' },
  });
  expect(JSON.stringify(waiting)).not.toContain(theirs.orderNo);

  await it.gateway.store.transaction(async (tx) => {
    await tx.query(
      `update documents set delivery = 'sent', verdict = 'refused' where declaration_id = $1 and message_type = $2`,
      [first, WAYBILL],
    );
    await it.gateway.journey.refresh(tx, [first!]);
  });
  await prepareAll();
  expect(documentOf(await declarationOf(client, second!), WAYBILL).delivery).toBe('queued');
});
