import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { applyReceipts } from '../../src/receipts/apply.js';
import { storeRaw } from '../../src/receipts/inbox.js';
import type { Client } from '../support/client.js';
import { oneDraft, submit, type FilingSummary } from '../support/filings.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationOf, declarationWhere, handIn, ordersOfOneSeller } from '../support/journey.js';
import { receiptFile, receiptOf } from '../support/receiptFiles.js';

const RETURN = 'CEB213Message';
/** 人工审核 under review: customs holds it and has not granted it. */
const UNDER_REVIEW = '300';
const orders = ordersOfOneSeller(1, { batch: 'U', seed: 71 });
let it: TestGateway;
let client: Client;
let list: string;

beforeAll(async () => {
  it = await startTestGateway({ orders });
  client = [...it.sellers.values()][0]!.client;
  [list] = (await handIn(client, orders)) as [string];
  await declarationWhere(client, list, (d) => d.verdict === 'cleared');
  // From here on the test itself takes every step.
  await it.stopWorkers();
});
afterAll(() => it.close());

/** The return is signed, leaves and is taken, as of a minute ago. */
async function leave(): Promise<void> {
  const { store, journey, log } = it.gateway;
  while ((await journey.prepare(store, log)) > 0);
  await store.query(
    `with gone as (delete from outbox returning message_id, tenant_id),
          noted as (insert into attempts (message_id, n, tenant_id, started_at, finished_at, outcome)
                    select message_id, 1, tenant_id, now() - interval '1 minute', now(), 'accepted' from gone),
          sent as (update messages set delivery = 'sent', sent_at = now() where id in (select message_id from gone))
     update documents set delivery = 'sent' where message_id in (select message_id from gone)`,
  );
}

interface Revision {
  revision: number;
  current: boolean;
  verdict: string;
  document_key: string;
  left: boolean;
}

const revisions = async (filing: string): Promise<Revision[]> =>
  (
    await it.gateway.store.query<Revision>(
      `select revision, current, verdict, document_key, message_id is not null as left
         from documents where filing_id = $1 order by revision`,
      [filing],
    )
  ).rows;

async function hear(filing: string, status: string): Promise<void> {
  const { store, journey, log } = it.gateway;
  const [first] = await revisions(filing);
  const receipt = receiptOf(RETURN, first!.document_key, status, new Date(), '[Code:0000;Desc:x]');
  await storeRaw(store, [receiptFile([receipt], `${filing} ${status}`)]);
  while ((await applyReceipts(store, journey.applyContext(log), 50)) > 0);
}

const returned = async (): Promise<number> =>
  (
    await it.gateway.store.query(
      `select 1 from counting_records where source_id = $1 and measure = 'returned' and ended_batch is null`,
      [list],
    )
  ).rows.length;

test('an unsent change of a return that is deleted leaves the return as it was sent in force: its grant takes the goods back', async () => {
  const draft = await oneDraft(client, RETURN, {
    declarationIds: [list],
    lines: [{ gnum: '1', qty: '1' }],
    input: { reason: '质量问题', trafName: 'CA438', voyageNo: '20261125', logisticsNo: 'RET0071' },
  });
  expect(draft.faults).toEqual([]);
  const filing = await submit(client, RETURN, draft.data);
  await leave();
  await hear(filing, UNDER_REVIEW);
  await client.post(`/v1/filings/${filing}/change`, {
    data: { ...draft.data, note: '更正' },
    reason: '更正',
  });
  expect(await revisions(filing)).toMatchObject([
    { revision: 1, current: false, verdict: 'review', left: true },
    { revision: 2, current: true, verdict: 'none', left: false },
  ]);
  const deleted = await client.post<FilingSummary>(`/v1/filings/${filing}/delete`, { reason: '改回原申报' });
  expect(deleted).toMatchObject({ deleted: false, revisionInForce: 1, verdict: 'review', delivery: 'sent' });
  expect(await revisions(filing)).toMatchObject([
    { revision: 1, current: true, left: true },
    { revision: 2, current: false, left: false },
  ]);
  expect((await declarationOf(client, list)).returnedAt).toBe(null);
  expect(await returned()).toBe(0);
  await hear(filing, '800');
  expect((await declarationOf(client, list)).returnedAt).not.toBe(null);
  expect(await returned()).toBe(1);
});
