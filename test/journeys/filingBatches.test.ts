import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { z } from 'zod';
import type {
  batchDraftSchema,
  draftSummarySchema,
  filingBatchSchema,
} from '../../src/views/filings/batches.js';
import { workBatches } from '../../src/filings/batches.js';
import { enrol, type Client } from '../support/client.js';
import { declaredAs, filingWhere, onOneTrip, problemOf } from '../support/filings.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationOf, declarationWhere, handIn, ordersOfOneSeller } from '../support/journey.js';

type Batch = z.output<typeof filingBatchSchema>;
type Summary = z.output<typeof draftSummarySchema>;
type Draft = z.output<typeof batchDraftSchema>;

const COUNTRIES = ['502', '303', '305', '304', '116', '133'];
// Six lists, each to another country: six applications.
const orders = declaredAs(onOneTrip(ordersOfOneSeller(6, { batch: 'B' }), '99920261123'), 'B').map(
  (order, i) => ({
    ...order,
    list: { ...order.list, country: COUNTRIES[i]! },
    lines: order.lines.map((line) => ({ ...line, country: COUNTRIES[i]! })),
  }),
);
let it: TestGateway;
let client: Client;
let month: string;

const request = () => ({ messageType: 'CEB701Message', from: { month } });
const batchWhere = (id: string, done: (batch: Batch) => boolean) =>
  eventually(() => client.get<Batch>(`/v1/filing-batches/${id}`), done);
const drafts = async (id: string, query = '') =>
  client.get<{ items: Summary[]; next: string | null }>(`/v1/filing-batches/${id}/drafts${query}`);
const step = () => workBatches(it.gateway.store, it.gateway.journey.filingContext(), it.gateway.log);

beforeAll(async () => {
  it = await startTestGateway({ orders });
  client = [...it.sellers.values()][0]!.client;
  const ids = await handIn(client, orders);
  for (const id of ids) await declarationWhere(client, id, (d) => d.verdict === 'cleared');
  const released = (await declarationOf(client, ids[0]!)).releasedAt!;
  month = new Date(Date.parse(released) + 8 * 3_600_000).toISOString().slice(0, 7);
}, 90_000);
afterAll(() => it.close());

test('a month is drafted and checked in the background, and paged by number', async () => {
  const made = await client.post<Batch>('/v1/filing-batches', request());
  expect(made).toMatchObject({ drafts: 0, faults: [], month });
  const batch = await batchWhere(made.id, (b) => b.state === 'idle');
  expect(batch).toMatchObject({ drafts: 6, waiting: 0, counts: { complete: 6, submitted: 0 } });
  const first = await drafts(made.id, '?limit=4');
  expect(first.items.map((d) => d.number)).toEqual([1, 2, 3, 4]);
  const rest = await drafts(made.id, `?limit=4&cursor=${first.next}`);
  expect(rest).toMatchObject({ next: null });
  const all = [...first.items, ...rest.items];
  expect(all.map((d) => d.apart['order.list.country']).sort()).toEqual([...COUNTRIES].sort());
  await client.call('DELETE', `/v1/filing-batches/${made.id}`);
  expect((await client.raw('GET', `/v1/filing-batches/${made.id}`)).status).toBe(404);
});

test('what a person changed is kept and checked; only its own enterprise sees the batch', async () => {
  const made = await client.post<Batch>('/v1/filing-batches', request());
  await batchWhere(made.id, (b) => b.state === 'idle');
  const path = `/v1/filing-batches/${made.id}/drafts/1`;
  const draft = await client.get<Draft>(path);
  const broken = await client.post<Draft>(path, { data: { ...draft.data, customsCode: '0001' } });
  expect(broken.state).toBe('incomplete');
  expect(broken.faults.length).toBeGreaterThan(0);
  expect((await drafts(made.id, '?state=incomplete')).items.map((d) => d.number)).toEqual([1]);
  const mended = await client.post<Draft>(path, { data: draft.data });
  expect(mended).toMatchObject({ state: 'complete', faults: [] });
  const other = await enrol(it.operator, { code: null, name: '另一报关行', role: 'broker' });
  expect((await other.client.raw('GET', path)).status).toBe(404);
  expect((await other.client.raw('POST', `/v1/filing-batches/${made.id}/cancel`)).status).toBe(404);
  await client.call('DELETE', `/v1/filing-batches/${made.id}`);
});

test('a selection and all the rest are handed in by the workers, each with its verdict; stop and restart lose nothing', async () => {
  const made = await client.post<Batch>('/v1/filing-batches', request());
  await batchWhere(made.id, (b) => b.state === 'idle');
  const run = (body: object) => client.post<Batch>(`/v1/filing-batches/${made.id}/run`, body);

  await run({ action: 'submit', drafts: [2] });
  const one = await batchWhere(made.id, (b) => b.state === 'idle');
  expect(one.counts).toMatchObject({ submitted: 1, complete: 5 });
  const [submitted] = (await drafts(made.id, '?state=submitted')).items;
  expect(submitted).toMatchObject({ number: 2, declarations: 1 });
  await filingWhere(client, submitted!.filingId!, (f) => f.verdict !== 'none');
  expect(
    (await problemOf(client, 'POST', `/v1/filing-batches/${made.id}/drafts/2`, { data: {} })).codes,
  ).toEqual(['A08']);

  // Another batch of the same month still speaks of the lists; its draft comes too late for one of them.
  const rival = await client.post<Batch>('/v1/filing-batches', request());
  expect((await batchWhere(rival.id, (b) => b.state === 'idle')).drafts).toBe(5);

  await it.stopWorkers();
  await run({ action: 'submit' });
  expect(await step()).toBe(true);
  const stopped = await client.post<Batch>(`/v1/filing-batches/${made.id}/cancel`);
  expect(stopped).toMatchObject({ state: 'idle', waiting: 0, counts: { submitted: 2, complete: 4 } });
  await run({ action: 'submit' });
  expect(await client.get<Batch>(`/v1/filing-batches/${made.id}`)).toMatchObject({ waiting: 4 });
  // Several workers take different drafts; a process that starts anew goes on where the other stopped.
  await Promise.all([step(), step(), step()]);
  await it.startWorkers();
  const done = await batchWhere(made.id, (b) => b.state === 'idle');
  expect(done.counts).toMatchObject({ submitted: 6, refused: 0 });
  const filings = (await drafts(made.id)).items.map((d) => d.filingId);
  expect(new Set(filings).size).toBe(6);

  await client.post(`/v1/filing-batches/${rival.id}/run`, { action: 'submit' });
  const late = await batchWhere(rival.id, (b) => b.state === 'idle');
  expect(late.counts).toMatchObject({ refused: 5, submitted: 0 });
  expect((await drafts(rival.id)).items.map((d) => d.firstFault?.code)).toEqual(Array(5).fill('L04'));
}, 60_000);

test('a month without lists says so and blocks no other batch', async () => {
  const made = await client.post<Batch>('/v1/filing-batches', {
    messageType: 'CEB701Message',
    from: { month: '2019-01' },
  });
  const failed = await batchWhere(made.id, (b) => b.state === 'failed');
  expect(failed.faults.map((f) => f.code)).toEqual(['L01']);
  expect(
    (await problemOf(client, 'POST', '/v1/filing-batches', { messageType: 'CEB303Message', from: {} })).codes,
  ).toEqual(['L21']);
});
