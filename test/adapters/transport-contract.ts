import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { SendOutcome, Transport } from '../../src/dispatch/transport.js';
import {
  cebMessage,
  makeKey,
  orderXml,
  type FixtureKey,
  type FixtureMessage,
} from '../support/cebFixtures.js';
import { importOrderXml } from '../support/importFilings.js';
import { receiptsIn, statusesOf, type SandboxClient } from '../support/sandboxClient.js';

/** One transport joined to one real sandbox. */
export interface Harness {
  transport: Transport;
  sandbox: SandboxClient;
  /** Stops the sandbox and waits until it is gone; `start` brings it back with the same state file. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Why the counterpart refused the message, when it does not say so to the sender. */
  laterRefusal(message: FixtureMessage): Promise<string | undefined>;
  /** A file as the message it holds, where it comes in another shape. */
  textOf?(bytes: Buffer): string;
  close(): Promise<void>;
}

/** What a sender sees while the sandbox misbehaves: over HTTP the connection tells, in a folder nothing does. */
export interface Seen {
  droppedBefore: SendOutcome['kind'][];
  droppedAfter: SendOutcome['kind'][];
  busy: SendOutcome['kind'][];
  refused: SendOutcome['kind'];
  /** A kept-alive connection may notice the end of its other side only when it writes: then nobody knows. */
  stopped: SendOutcome['kind'][];
  /** `Retry-After` of the sandbox's 503, where the transport can see it. */
  retryAfterMs: number | undefined;
  /** What becomes of a message of several megabytes; one that is encrypted in blocks takes too long to be opened. */
  large?: 'refused';
  /** What the answer says of a refusal, where it has no words of its own. */
  refusal?: string;
  /** The interface knows receipts of imports only. */
  imports?: true;
  /** Every receipt of a file comes by itself. */
  rows?: true;
}

const never = new AbortController().signal;
/** Making a key costs more than a test; nothing here asks for another. */
let key: FixtureKey | undefined;

/** As many as the order message allows. */
const lines = Array.from({ length: 99 }, (_, i) => ({
  gnum: String(i + 1),
  itemNo: `I${i}`,
  qty: '1',
  totalPrice: '99.99',
}));

/** The promises of the Transport port, kept against a sandbox that really runs. */
export function transportContract(name: string, open: () => Promise<Harness>, seen: Seen): void {
  describe(`transport contract: ${name}`, () => {
    const [orderType, receiptType] = seen.imports
      ? (['CEB311Message', 'CEB312Message'] as const)
      : (['CEB303Message', 'CEB304Message'] as const);
    const nodeOf = seen.imports ? importOrderXml : orderXml;
    let harness: Harness;
    beforeAll(() => {
      key ??= makeKey('rsa-sha1');
    });
    beforeEach(async () => {
      harness = await open();
    });
    afterEach(() => harness.close());

    let serial = 0;
    const order = (marker = ''): FixtureMessage & { orderNo: string } => {
      const orderNo = `SC-${++serial}-${marker}`;
      return { ...cebMessage(orderType, [nodeOf({ orderNo })], key), orderNo };
    };

    const sendUntilAccepted = async (message: FixtureMessage): Promise<SendOutcome[]> => {
      const outcomes: SendOutcome[] = [];
      for (let i = 0; i < 5 && outcomes.at(-1)?.kind !== 'accepted'; i++)
        outcomes.push(await harness.transport.send(message, never));
      return outcomes;
    };

    const textOf = (bytes: Buffer) => harness.textOf?.(bytes) ?? bytes.toString('utf8');

    /** Receives and acknowledges until `count` receipts that name `text` came; returns their files. */
    const collect = async (count: number, text = ''): Promise<{ text: string }[]> => {
      const files: { text: string }[] = [];
      for (let i = 0; i < 20 && receiptsIn(files).length < count; i++) {
        const incoming = await harness.transport.receive(100, 2000, never);
        const texts = incoming.map((f) => textOf(f.bytes));
        files.push(...texts.filter((one) => one.includes(text)).map((one) => ({ text: one })));
        await harness.transport.acknowledge(incoming.map((f) => f.id));
      }
      return files;
    };

    /** The statuses of an order's receipts, sorted: a folder keeps no order, and none is promised. */
    const orderStatuses = (files: readonly { text: string }[]): string[] =>
      statusesOf(files, receiptType).sort();
    const takenIn = ['120', '2', '3'];

    test('a message is accepted and its receipts come home', async () => {
      expect((await harness.transport.send(order(), never)).kind).toBe('accepted');
      expect(orderStatuses(await collect(3))).toEqual(takenIn);
    });

    test('the same bytes sent again are accepted and processed once', async () => {
      const message = order();
      await harness.transport.send(message, never);
      expect((await collect(3)).length).toBe(3);
      expect((await harness.transport.send(message, never)).kind).toBe('accepted');
      const marker = order();
      await harness.transport.send(marker, never);
      expect((await collect(3)).length).toBe(3);
      expect((await harness.sandbox.state()).documents).toEqual({ [orderType]: { taken: 2 } });
    });

    test('a message the counterpart will never take is refused with its reason', async () => {
      const message = order('-SBREFUSEHTTP');
      const outcome = await harness.transport.send(message, never);
      expect(outcome.kind).toBe(seen.refused);
      const reason = outcome.kind === 'refused' ? outcome.detail : await harness.laterRefusal(message);
      expect(reason).toContain(seen.refusal ?? 'ordered');
      expect((await harness.sandbox.state()).messages).toEqual({});
    });

    test('a connection lost before acceptance: the same bytes again are taken', async () => {
      const outcomes = await sendUntilAccepted(order('-SBDROPBEFORE'));
      expect(outcomes.map((o) => o.kind)).toEqual(seen.droppedBefore);
      expect(orderStatuses(await collect(3))).toEqual(takenIn);
    });

    test('a connection lost after acceptance: the same bytes again are recognised and answered once', async () => {
      const outcomes = await sendUntilAccepted(order('-SBDROPAFTER'));
      expect(outcomes.map((o) => o.kind)).toEqual(seen.droppedAfter);
      expect(orderStatuses(await collect(3))).toEqual(takenIn);
      expect((await harness.sandbox.state()).messages).toEqual({ [orderType]: 1 });
    });

    test('a busy counterpart takes the message later', async () => {
      const outcomes = await sendUntilAccepted(order('-SB503'));
      expect(outcomes.map((o) => o.kind)).toEqual(seen.busy);
      const first = outcomes[0];
      expect(first?.kind === 'retry' ? first.retryAfterMs : undefined).toBe(seen.retryAfterMs);
      expect((await collect(3)).length).toBe(3);
    });

    test('receipts that were not acknowledged come again, acknowledged ones never', async () => {
      await harness.transport.send(order('-SBMULTI'), never);
      const first = await harness.transport.receive(10, 5000, never);
      const again = await harness.transport.receive(10, 5000, never);
      expect(first.length).toBe(seen.rows ? 3 : 1);
      expect(again).toEqual(first);
      const ids = first.map((f) => f.id);
      await harness.transport.acknowledge(ids);
      await harness.transport.acknowledge(ids);
      expect(await harness.transport.receive(10, 0, never)).toEqual([]);
    });

    test('no more files come than asked for', async () => {
      await harness.transport.send(order(), never);
      await harness.transport.receive(1, 5000, never);
      expect((await harness.transport.receive(1, 5000, never)).length).toBe(1);
    });

    test('an aborted wait for receipts ends at once and empty', async () => {
      const abort = new AbortController();
      const started = performance.now();
      setTimeout(() => abort.abort(), 50);
      expect(await harness.transport.receive(10, 20_000, abort.signal)).toEqual([]);
      expect(performance.now() - started).toBeLessThan(5000);
    });

    test('a send that was aborted is never reported as accepted', async () => {
      const outcome = await harness.transport.send(order(), AbortSignal.abort());
      expect(outcome.kind).toBe('retry');
    });

    test('a message of several megabytes goes through whole or not at all', async () => {
      const nodes = Array.from({ length: 100 }, (_, i) => nodeOf({ orderNo: `BIG${i}` }, lines));
      const message = cebMessage(orderType, nodes, key);
      expect(message.bytes.length).toBeGreaterThan(2_500_000);
      expect((await harness.transport.send(message, never)).kind).toBe(seen.large ?? 'accepted');
      if (seen.large === 'refused') return expect((await harness.sandbox.state()).messages).toEqual({});
      const statuses = orderStatuses(await collect(3 * nodes.length));
      for (const status of takenIn) expect(statuses.filter((s) => s === status).length).toBe(nodes.length);
    });

    test('a restarted counterpart still knows the message and still owes the receipts', async () => {
      const message = order();
      await harness.transport.send(message, never);
      const fetched = await harness.transport.receive(1, 5000, never);
      await harness.transport.acknowledge(fetched.map((f) => f.id));
      await harness.stop();
      const meanwhile = order();
      expect(seen.stopped).toContain((await harness.transport.send(meanwhile, never)).kind);
      await harness.start();
      const owed = await collect(2, message.orderNo);
      const all = [...fetched.map((f) => ({ text: textOf(f.bytes) })), ...owed];
      expect(orderStatuses(all)).toEqual(takenIn);
      await sendUntilAccepted(message);
      await sendUntilAccepted(meanwhile);
      const settled = async () => {
        const { documents, duplicates } = await harness.sandbox.state();
        return documents[orderType]?.taken === 2 && duplicates > 0;
      };
      for (let i = 0; i < 100 && !(await settled()); i++)
        await new Promise((resolve) => setTimeout(resolve, 50));
      const { documents, duplicates } = await harness.sandbox.state();
      expect(documents).toEqual({ [orderType]: { taken: 2 } });
      expect(duplicates).toBeGreaterThan(0);
    });
  });
}
