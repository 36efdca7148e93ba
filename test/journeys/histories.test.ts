import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { applyReceipts } from '../../src/receipts/apply.js';
import { storeRaw } from '../../src/receipts/inbox.js';
import { attemptAll } from '../support/attempts.js';
import { randomFrom } from '../support/companies.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { handIn, LIST, ordersOfOneSeller } from '../support/journey.js';
import { receiptFile, receiptOf, type HandReceipt } from '../support/receiptFiles.js';

const RUNS = 16;
/** The same history of as many declarations alike, each in an order and in batches of its own. */
const COPIES = 3;
const orders = ordersOfOneSeller(RUNS * COPIES, { seed: 77, batch: 'Y' });
const noon = Date.UTC(2026, 10, 20, 4);
const moment = (second: number) => new Date(noon + second * 1000);

let it: TestGateway;
let ids: string[];

beforeAll(async () => {
  it = await startTestGateway({ orders, workers: false });
  ids = await handIn([...it.sellers.values()][0]!.client, orders);
  await attemptAll(it.gateway.store, { at: moment(0) });
});
afterAll(() => it.close());

const history = fc.record({
  /** Revisions after the first: what they are, and when they were first attempted; never for some. */
  later: fc.array(
    fc.record({
      appType: fc.constantFrom('1', '2', '3'),
      attempt: fc.option(fc.integer({ min: 1, max: 90 }), { nil: null, freq: 5 }),
    }),
    { maxLength: 3 },
  ),
  receipts: fc.array(
    fc.record({
      status: fc.constantFrom('2', '120', '100', '-604002', '500', '800', '899', '399'),
      second: fc.integer({ min: 0, max: 100 }),
    }),
    { minLength: 1, maxLength: 9 },
  ),
  seed: fc.integer(),
});

async function addRevisions(
  id: string,
  later: { appType: string; attempt: number | null }[],
): Promise<string> {
  const { store } = it.gateway;
  const { rows } = await store.query<{ id: string; key: string }>(
    'select id, document_key as key from documents where declaration_id = $1 and message_type = $2',
    [id, LIST],
  );
  let at = 0;
  for (const [i, { appType, attempt }] of later.entries()) {
    at += attempt ?? 0;
    const made = randomUUID();
    await store.query(
      'update documents set current = false where declaration_id = $1 and message_type = $2',
      [id, LIST],
    );
    await store.query(
      `insert into documents select (jsonb_populate_record(d, jsonb_build_object('id', $2::text, 'revision', $3::int, 'app_type', $4::text,
         'guid', upper($2::text), 'message_id', null, 'delivery', 'ready', 'current', true, 'waiting_for', null))).* from documents d where id = $1`,
      [rows[0]!.id, made, i + 2, appType],
    );
    if (attempt !== null) await attemptAll(store, { at: moment(at), only: [id] });
    // Signed all the same, as one that waits for its first attempt is.
    else
      await store.query(
        `with made as (insert into messages (id, tenant_id, message_type, guid, signer_code, suite, key_name, bytes, sha256, document_count, delivery)
           select id, tenant_id, message_type, guid, responsible_code, 'none', 'none', '', '', 1, 'queued' from documents where id = $1)
         update documents set message_id = id, delivery = 'queued' where id = $1`,
        [made],
      );
  }
  return rows[0]!.key;
}

async function stateOf(id: string): Promise<unknown> {
  const { store } = it.gateway;
  const { rows: declaration } = await store.query(
    `select verdict, status, status_time, info_code, attention, delivery, released_at, cleared_at, withdrawn_at from declarations where id = $1`,
    [id],
  );
  const { rows: documents } = await store.query(
    `select revision, current, app_type, verdict, accepted, status, status_time, delivery,
            (select jsonb_agg(jsonb_build_array(r.return_status, r.return_time, r.duplicate_notice) order by r.return_time, r.return_status)
               from receipts r where r.document_id = d.id) as receipts
       from documents d where declaration_id = $1 and message_type = $2 order by revision`,
    [id, LIST],
  );
  const { rows: figures } = await store.query(
    `select count(*)::int as lines, count(distinct r.month)::int as months, min(r.month) as month
       from counting_records r where r.source_id = $1 and r.ended_batch is null`,
    [id],
  );
  return {
    declaration,
    documents,
    figures: { ...figures[0], lines: (figures[0] as { lines: number }).lines > 0 },
  };
}

test('whatever happened to a list, its receipts leave one state and one set of figures, however they come', async () => {
  const { store, journey } = it.gateway;
  let run = 0;
  await fc.assert(
    fc.asyncProperty(history, async ({ later, receipts, seed }) => {
      const random = randomFrom(seed);
      const mine = ids.slice(run * COPIES, (run + 1) * COPIES);
      run++;
      const tag = randomUUID();
      for (const [copy, id] of mine.entries()) {
        const key = await addRevisions(id, later);
        const said = receipts.map((r) => receiptOf(LIST, key, r.status, moment(r.second), 'ok'));
        const again = copy === 0 ? said : [...said, ...said.slice(0, 3)].sort(() => random() - 0.5);
        const files: HandReceipt[][] = [];
        for (const one of again)
          if (copy > 0 && files.length > 0 && random() < 0.4) files.at(-1)!.push(one);
          else files.push([one]);
        const size = copy === 0 ? 1 : 1 + Math.floor(random() * 4);
        const workers = copy + 1;
        for (let i = 0; i < files.length; i += 3) {
          await storeRaw(
            store,
            files.slice(i, i + 3).map((f, n) => receiptFile(f, `${tag} ${copy} ${i + n}`)),
          );
          if (copy === 2 && random() < 0.5) continue;
          await Promise.all(
            Array.from({ length: workers }, () => applyReceipts(store, journey.applyContext(), size)),
          );
        }
        while ((await applyReceipts(store, journey.applyContext(), size)) > 0);
      }
      const states = await Promise.all(mine.map(stateOf));
      for (const state of states) expect(state).toEqual(states[0]);
      for (const { documents } of states as { documents: { receipts: unknown; revision: number }[] }[])
        for (const d of documents)
          if (d.revision > 1 && later[d.revision - 2]!.attempt === null) expect(d.receipts).toBeNull();
    }),
    { numRuns: RUNS, seed: 20261121, endOnFailure: true },
  );
  expect((await store.query('select 1 from tray')).rows).toEqual([]);
});
