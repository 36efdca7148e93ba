import { afterAll, afterEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMessage } from '../../src/messages/reader.js';
import { makeTestKeys } from '../../src/signing/makeKeys.js';
import {
  eventually,
  startTestGateway,
  type TestGateway,
  type TestGatewayOptions,
} from '../support/gateway.js';
import {
  declarationOf,
  declarationWhere,
  entriesOf,
  handIn,
  LIST,
  ordersOfOneSeller,
} from '../support/journey.js';

const orders = ordersOfOneSeller(2, { seed: 91, batch: 'E' });
let it: TestGateway;
afterEach(() => it.close());
const dir = mkdtempSync(join(tmpdir(), 'extension-'));
afterAll(() => rmSync(dir, { recursive: true }));

async function cleared(options: Omit<TestGatewayOptions, 'orders'>) {
  it = await startTestGateway({ orders, ...options });
  const client = [...it.sellers.values()][0]!.client;
  const [id] = await handIn(client, orders);
  const declaration = await declarationWhere(client, id!, (d) => d.verdict === 'cleared');
  const signed = entriesOf(declaration, 'signed', LIST)[0]!;
  const bytes = Buffer.from(await (await client.raw('GET', signed.bytes!)).arrayBuffer());
  return { client, declaration, bytes, read: readMessage(bytes, it.gateway.catalogue) };
}

test('a gateway that wraps in DxpMsg is understood: it keeps the signed message itself, with subscriptions and an extension of another namespace', async () => {
  const file = join(dir, 'extension.json');
  const content = {
    name: 'gate',
    namespace: 'urn:example:park',
    children: [{ name: 'lane', namespace: 'urn:example:park', text: '3 < 4' }],
  };
  writeFileSync(file, JSON.stringify({ name: 'park', version: '1', content }));
  const { bytes, read, declaration } = await cleared({
    env: {
      GATEWAY_WRAP: 'DxpMsg',
      GATEWAY_SUBSCRIPTIONS: 'RET:DXPENT0000000009',
      GATEWAY_EXTENSION_FILE: file,
    },
  });
  expect(read.wrapped).toBeUndefined();
  expect(read.messageType).toBe(LIST);
  expect(read.subscriptions).toMatchObject([{ status: 'RET', dxpAddress: 'DXPENT0000000009' }]);
  expect(bytes.toString('utf8')).toContain('<ext1:gate><ext1:lane>3 &lt; 4</ext1:lane></ext1:gate>');
  expect(entriesOf(declaration, 'signed').every((e) => e.signature?.ok)).toBe(true);
});

test('behind a transport node it wraps in DxpMsgSv, and over watched folders the journey is the same', async () => {
  const { declaration } = await cleared({
    folder: true,
    env: { GATEWAY_WRAP: 'DxpMsgSv', GATEWAY_STA_NODE: '12345678', GATEWAY_END_NODE: '87654321' },
  });
  expect(declaration.delivery).toBe('sent');
  expect(declaration.invtNo).not.toBeNull();
  expect(entriesOf(declaration, 'attempt').map((e) => e.title.en)).toEqual(
    Array(4).fill('Taken by the port'),
  );
});

test('a document waits for a party whose certificate has expired, and goes when its key is added, without a restart', async () => {
  const carrier = orders[0]!.waybill.code!;
  it = await startTestGateway({ orders, without: [carrier] });
  const keys = join(it.dir, 'keys', carrier);
  const long = new Date(Date.now() - 400 * 86_400_000);
  makeTestKeys({ suite: 'rsa-sha1', subject: carrier, out: keys, now: long });
  await it.operator.post('/v1/signing-keys/reload');
  const client = [...it.sellers.values()][0]!.client;
  const [id] = await handIn(client, orders);
  const waits = await eventually(
    () => declarationOf(client, id!),
    (d) => d.documents.filter((x) => x.verdict === 'accepted').length === 2,
  );
  expect(waits.documents.find((d) => d.messageType === 'CEB505Message')?.waitingFor?.party).toBe(carrier);
  rmSync(keys, { recursive: true });
  const recent = new Date(Date.now() - 60_000);
  makeTestKeys({ suite: 'sm2-sm3', subject: carrier, out: keys, now: recent });
  const answer = await it.operator.post<{ released: number }>('/v1/signing-keys/reload');
  expect(answer.released).toBe(2);
  await declarationWhere(client, id!, (d) => d.verdict === 'cleared');
});
