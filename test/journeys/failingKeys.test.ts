import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { KeyFolder } from '../../adapters/signers/key-folder.js';
import { FaultError } from '../../src/base/fault.js';
import { makeFault } from '../../src/base/faults.js';
import { addOperations } from '../../src/commands/operations.js';
import { openSigner } from '../../src/documents/failingKeys.js';
import type { SignerRegistry } from '../../src/signing/signer.js';
import { wake } from '../../src/store/store.js';
import type { Client } from '../support/client.js';
import { runHere, settingsOf } from '../support/commands.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import {
  declarationOf,
  declarationWhere,
  documentOf,
  handIn,
  LIST,
  ORDER,
  ordersOfOneSeller,
  WAYBILL,
} from '../support/journey.js';

const stock = ordersOfOneSeller(13, { seed: 171, batch: 'Y' });
const BROKEN = stock[0]!.waybill.code!;
/** Another, of which nothing waits. */
const OTHER = stock[0]!.seller.code!;
/** More often than a document of its own fault is tried. */
const TRIES = 8;

let it: TestGateway;
let client: Client;
/** What the broken key does instead of signing; undefined: it signs. */
let instead: ((bytes: Buffer) => Promise<Buffer>) | undefined;

beforeAll(async () => {
  it = await startTestGateway({ orders: stock });
  client = [...it.sellers.values()][0]!.client;
  const { signers } = it.gateway;
  const find = signers.find.bind(signers);
  signers.find = (code, except) => {
    const signer = find(code, except);
    if (!signer || code !== BROKEN) return signer;
    return { ...signer, sign: (bytes) => (instead ?? signer.sign.bind(signer))(bytes) };
  };
});
afterAll(() => it.close());
beforeEach(() => (instead = undefined));

interface Port {
  waitingForKeys: number;
  failingKeys: { enterpriseCode: string; reason: string; documents: number }[];
}
const port = () => it.operator.get<Port>('/v1/port');
/** The pause of the key is over, and again until it was tried so often. */
const triedOften = () =>
  eventually(
    async () => {
      const { rows } = await it.gateway.store.query<{ failures: number }>(
        'update failing_keys set next_try_at = now() where enterprise_code = $1 returning failures',
        [BROKEN],
      );
      await wake(it.gateway.store, 'prepare');
      return rows[0]?.failures ?? 0;
    },
    (failures) => failures >= TRIES,
  );

test.each([
  ['cannot sign', () => Promise.reject(new Error('the card was taken out'))],
  ['signs what its certificate does not bear out', () => Promise.resolve(Buffer.alloc(64, 7))],
] as const)(
  'a key that %s kills no document: they wait for it, others go on, and when it signs they go',
  async (_what, broken) => {
    instead = broken;
    const ids = await handIn(client, stock.splice(0, 3));
    await triedOften();
    for (const id of ids) {
      const d = await declarationWhere(client, id, (x) => documentOf(x, ORDER).verdict === 'accepted');
      expect(documentOf(d, WAYBILL)).toMatchObject({ delivery: 'ready', givenUp: null });
      expect(documentOf(d, LIST)).toMatchObject({ delivery: 'waiting' });
      expect(d.attention).toBe(false);
    }
    const { rows } = await it.gateway.store.query<{ n: number }>(
      'select count(*)::int as n from documents where build_failures > 0',
    );
    expect(rows).toEqual([{ n: 0 }]);
    expect(await port()).toMatchObject({
      waitingForKeys: ids.length,
      failingKeys: [{ enterpriseCode: BROKEN, documents: ids.length }],
    });
    expect(await client.get('/v1/port/state')).toMatchObject({ waitingForKeys: ids.length });
    const health = (await (await fetch(`${it.server.url}/health`)).json()) as { failingKeys: number };
    expect(health.failingKeys).toBe(1);

    instead = undefined;
    await it.operator.post('/v1/signing-keys/reload');
    for (const id of ids) await declarationWhere(client, id, (d) => d.verdict === 'cleared');
    expect(await port()).toMatchObject({ waitingForKeys: 0, failingKeys: [] });
    for (const id of ids) expect((await declarationOf(client, id)).attention).toBe(false);
  },
);

test('a card that refuses, perhaps for its PIN, is asked once and by no process again until the keys are read again', async () => {
  let asked = 0;
  instead = () => {
    asked++;
    return Promise.reject(new FaultError([makeFault('S63', 'card', { codes: 'Custom50080' })]));
  };
  const [id] = await handIn(client, stock.splice(0, 1));
  await triedOften();
  // A process that starts knows nothing of what the others tried.
  await it.stopWorkers();
  await it.startWorkers();
  await triedOften();
  expect(asked).toBe(1);
  expect((await port()).failingKeys).toMatchObject([
    { enterpriseCode: BROKEN, reason: expect.stringContaining('S64') },
  ]);
  const doctor = await runHere(addOperations, ['doctor'], {
    ...settingsOf(it.gateway.config, it.sandbox.url),
    GATEWAY_LOG_LEVEL: 'fatal',
  });
  expect(doctor.out).toContain(`! 密钥 ${BROKEN} 不能签名：S64`);
  await it.operator.post('/v1/signing-keys/reload');
  await eventually(
    async () => asked,
    (n) => n === 2,
  );
  instead = undefined;
  await it.operator.post('/v1/signing-keys/reload');
  await declarationWhere(client, id!, (d) => d.verdict === 'cleared');
});

test('of processes that ask a card for the first time in the same moment one does, and the others hear what it refused', async () => {
  let asked = 0;
  const { signers, store } = it.gateway;
  const card: SignerRegistry = {
    find: (code, except) => {
      const signer = signers.find(code)!;
      return except?.has(signer.keyName)
        ? undefined
        : {
            ...signer,
            untried: () => true,
            sign: () => {
              asked++;
              return Promise.reject(new FaultError([makeFault('S63', 'card', { codes: 'Custom50080' })]));
            },
          };
    },
  };
  // Each has found the card open before any of them has asked it.
  const opened = await Promise.all([1, 2, 3].map(() => openSigner(store, card, OTHER)));
  const codes = await Promise.all(
    opened.map((signer) =>
      signer!.sign(Buffer.from('<a/>')).then(
        () => 'signed',
        (error: Error) => error.message.slice(0, 3),
      ),
    ),
  );
  expect(asked).toBe(1);
  expect(codes.sort()).toEqual(['S63', 'S64', 'S64']);
  await it.operator.post('/v1/signing-keys/reload');
});

test('a u-key that takes its time holds up its own documents only', async () => {
  const { signers } = it.gateway;
  const busy = signers.busy;
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  let signing = false;
  instead = async () => {
    signing = true;
    await released;
    throw new Error('the card was taken out');
  };
  signers.busy = () => (signing ? [BROKEN] : []);
  try {
    // The loops that make messages are two: the second would wait behind the first, and the third order behind both.
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) {
      const [id] = await handIn(client, stock.splice(0, 1));
      ids.push(id!);
      await declarationWhere(client, id!, (d) => documentOf(d, ORDER).verdict === 'accepted');
      await eventually(
        async () => signing,
        (yes) => yes,
      );
    }
    for (const id of ids)
      expect(documentOf(await declarationOf(client, id), WAYBILL)).toMatchObject({ delivery: 'ready' });
    instead = undefined;
    signers.busy = busy;
    release();
    await it.operator.post('/v1/signing-keys/reload');
    for (const id of ids) await declarationWhere(client, id, (d) => d.verdict === 'cleared');
  } finally {
    signers.busy = busy;
    release();
  }
});

test('a u-key that is put in while the gateway runs has a lane of its own once the keys are read again', async () => {
  const { signers } = it.gateway;
  const { cards } = signers as KeyFolder;
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  let signing = 0;
  instead = async () => {
    signing++;
    await released;
    throw new Error('the card was taken out');
  };
  const ids: string[] = [];
  try {
    // Both lanes there are wait for the slow key; what comes then waits for a lane.
    for (const lane of [1, 2]) {
      ids.push(...(await handIn(client, stock.splice(0, 1))));
      await eventually(
        async () => signing,
        (n) => n === lane,
      );
    }
    ids.push(...(await handIn(client, stock.splice(0, 1))));
    Object.assign(signers, { cards: () => 1 });
    await it.operator.post('/v1/signing-keys/reload');
    await eventually(
      async () => signing,
      (n) => n === 3,
    );
    instead = undefined;
    release();
    await eventually(port, ({ failingKeys }) => failingKeys.length > 0);
    await it.operator.post('/v1/signing-keys/reload');
    for (const id of ids) await declarationWhere(client, id, (d) => d.verdict === 'cleared');
  } finally {
    Object.assign(signers, { cards });
    release();
  }
});
