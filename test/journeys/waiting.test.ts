import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { openKeyFile } from '../../adapters/signers/key-file.js';
import { openGateway } from '../../src/commands/open.js';
import { newGuid } from '../../src/base/ids.js';
import { makeTestKeys } from '../../src/signing/makeKeys.js';
import type { Client } from '../support/client.js';
import { Workers } from '../../src/worker.js';
import { FAST, startTestGateway, type TestGateway } from '../support/gateway.js';
import {
  declarationOf,
  declarationWhere,
  documentOf,
  entriesOf,
  handIn,
  LIST,
  ordersOfOneSeller,
  sandboxState,
  verdictsOf,
  WAYBILL,
} from '../support/journey.js';

const orders = ordersOfOneSeller(3, { seed: 41, batch: 'W' });
const carrier = orders[0]!.waybill;
let it: TestGateway;
let seller: Client;
let ids: string[];

beforeAll(async () => {
  it = await startTestGateway({ orders, without: [carrier.code!] });
  seller = [...it.sellers.values()][0]!.client;
  ids = await handIn(seller, orders);
});
afterAll(() => it.close());

/** The carrier's own key, which the gateway does not hold. */
const carrierKey = () => {
  const dir = join(it.gateway.config.dataDir, 'carrier');
  if (!existsSync(dir))
    makeTestKeys({ suite: 'sm2-sm3', subject: carrier.code!, out: dir, now: new Date(Date.now() - 60_000) });
  return dir;
};

test("without the carrier's key the waybill waits and says for whom, the others go on, the list waits for them", async () => {
  const d = await declarationWhere(
    seller,
    ids[0]!,
    (x) => verdictsOf(x).join() === 'accepted,accepted,none,none',
  );
  expect(documentOf(d, WAYBILL)).toMatchObject({
    delivery: 'waiting',
    waitingFor: {
      reason: 'party',
      party: carrier.code,
      text: {
        zh: expect.stringContaining(carrier.name!),
        en: expect.stringContaining('waiting for it to sign'),
      },
    },
    responsible: { role: 'waybill', code: carrier.code },
  });
  expect(documentOf(d, LIST)).toMatchObject({ delivery: 'waiting', waitingFor: { reason: 'documents' } });
  expect(d).toMatchObject({ delivery: 'waiting', verdict: 'none', attention: true });
  expect(entriesOf(d, 'signed', WAYBILL)).toEqual([]);
});

test('a document declared by its own party no longer holds the list back, and who said so stays in the timeline', async () => {
  const waiting = await declarationWhere(
    seller,
    ids[0]!,
    (x) => verdictsOf(x).join() === 'accepted,accepted,none,none',
  );
  // The carrier declares the waybill by its own channel, with its own key.
  const dir = carrierKey();
  const signer = openKeyFile({ key: join(dir, 'key.pem'), cert: join(dir, 'cert.pem') });
  const document = {
    guid: newGuid(),
    appType: '1',
    copNo: 'X',
    preNo: null,
    invtNo: null,
    order: orders[0]!,
  };
  const unsigned = it.gateway.journey.build(WAYBILL, newGuid(), [document], new Date());
  const bytes = await it.gateway.journey.signAndVerify(unsigned, signer);
  const sent = await fetch(`${it.sandbox.url}/messages`, {
    method: 'POST',
    headers: { 'X-Dxp-Id': it.gateway.config.transfer.dxpId },
    body: new Uint8Array(bytes),
  });
  expect(sent.status).toBe(202);

  await seller.post(`/v1/documents/${documentOf(waiting, WAYBILL).id}/declared-elsewhere`, {
    note: '物流企业已自行申报',
  });
  const d = await declarationWhere(seller, ids[0]!, (x) => x.verdict === 'cleared');
  expect(d).toMatchObject({ delivery: 'sent', attention: false });
  expect(entriesOf(d, 'signed', WAYBILL)).toEqual([]);
  expect(entriesOf(d, 'decision', WAYBILL)).toMatchObject([
    { detail: expect.stringContaining('物流企业已自行申报') },
  ]);
  expect((await sandboxState(it.sandbox.url)).documents[WAYBILL]).toEqual({ taken: 1 });
});

test('a document that does not wait for its party cannot be marked as declared elsewhere', async () => {
  const d = await declarationOf(seller, ids[1]!);
  const path = `/v1/documents/${documentOf(d, LIST).id}/declared-elsewhere`;
  const response = await seller.raw('POST', path, '{}', { 'Content-Type': 'application/json' });
  expect(response.status).toBe(409);
});

test('a key added to the folder lets what waited for it go when a gateway starts with it', async () => {
  await declarationWhere(seller, ids[1]!, (x) => verdictsOf(x).join() === 'accepted,accepted,none,none');
  const { config } = it.gateway;
  cpSync(carrierKey(), join(config.keysDir, carrier.code!), { recursive: true });
  await it.stopWorkers();
  const restarted = await openGateway({
    GATEWAY_DATA_DIR: config.dataDir,
    DATABASE_URL: config.databaseUrl,
    GATEWAY_TRANSPORT: 'http',
    GATEWAY_PORT_URL: it.sandbox.url,
    GATEWAY_DXP_ID: config.transfer.dxpId,
    GATEWAY_COP_CODE: config.transfer.copCode,
    GATEWAY_COP_NAME: config.transfer.copName,
    GATEWAY_LOG_LEVEL: 'silent',
  });
  const workers = new Workers(restarted, FAST);
  try {
    // Already released by the start: only the waybill that was declared elsewhere does not go.
    expect(documentOf(await declarationOf(seller, ids[1]!), WAYBILL)).toMatchObject({
      delivery: 'ready',
      waitingFor: null,
    });
    await workers.start();
    for (const id of ids.slice(1)) {
      const d = await declarationWhere(seller, id, (x) => x.verdict === 'cleared');
      expect(d).toMatchObject({ delivery: 'sent', attention: false });
      expect(verdictsOf(d)).toEqual(['accepted', 'accepted', 'reviewed', 'cleared']);
    }
    expect(documentOf(await declarationOf(seller, ids[0]!), WAYBILL)).toMatchObject({
      delivery: 'waiting',
      messageId: null,
    });
    expect((await sandboxState(it.sandbox.url)).documents[WAYBILL]).toEqual({ taken: 3 });
  } finally {
    await workers.stop();
    await restarted.close();
  }
});
