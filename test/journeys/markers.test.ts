import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Order } from '../../src/orders/order.js';
import type { Client } from '../support/client.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import {
  attemptsOf,
  declarationWhere,
  documentOf,
  entriesOf,
  handIn,
  LIST,
  marked,
  ORDER,
  ordersOfOneSeller,
  PAYMENT,
  statusesOf,
  verdictsOf,
  WAYBILL,
  type Declaration,
} from '../support/journey.js';

const CLEARED = ['2', '120', '399', '800', '899'];
const THREE_TAKEN = ['accepted', 'accepted', 'reviewed'];

/** Every marker that this file looks at has an order of its own, and with one document a message none disturbs another. */
const MARKERS = [
  '-SBREFUSE',
  '-SBORDER100',
  '-SBPAYMENT100',
  '-SBWAYBILL100',
  '-SBINSPECT',
  '-SBREVIEW',
  '-SBDETAIN',
  '-SBNOCLEAR',
  '-SBNEG',
  '-SBSLOW',
  '-SBSILENT',
  '-SBDUPRCPT',
  '-SBREORDER',
  '-SBMULTI',
  '-SBPLAIN',
  '-SBPREFIX',
  '-SBDROPBEFORE',
  '-SB503',
  '-SBREFUSEHTTP',
] as const;

const plain = ordersOfOneSeller(MARKERS.length);
const orders = new Map<string, Order>(
  MARKERS.map((marker, i) => [
    marker,
    marked(plain[i]!, marker, marker === '-SBWAYBILL100' ? 'logisticsNo' : 'orderNo'),
  ]),
);
const ids = new Map<string, string>();
let it: TestGateway;
let client: Client;

beforeAll(async () => {
  it = await startTestGateway({ orders: [...orders.values()], batch: 1 });
  client = [...it.sellers.values()][0]!.client;
  const made = await handIn(client, [...orders.values()]);
  [...orders.keys()].forEach((marker, i) => ids.set(marker, made[i]!));
});
afterAll(() => it.close());

/** The declaration of a marker once its list stands where it should, or (`type`) another document does. */
/** The declaration once the document stands so; a receipt may come before it is written down how the attempt ended. */
const reached = (marker: (typeof MARKERS)[number], verdict: string, type = LIST): Promise<Declaration> =>
  declarationWhere(
    client,
    ids.get(marker)!,
    (d) => documentOf(d, type).verdict === verdict && !attemptsOf(d, type).includes('open'),
  );

const shown = ({ delivery, verdict, attention }: Declaration) => ({ delivery, verdict, attention });

describe('what customs says of a list becomes the verdict of its declaration', () => {
  test('a list that customs returns is refused with the reason of customs and asks for a person', async () => {
    const d = await reached('-SBREFUSE', 'refused');
    expect(shown(d)).toEqual({ delivery: 'sent', verdict: 'refused', attention: true });
    expect(verdictsOf(d)).toEqual([...THREE_TAKEN, 'refused']);
    expect(statusesOf(d, LIST)).toEqual(['2', '100']);
    expect(entriesOf(d, 'receipt', LIST).at(-1)).toMatchObject({
      infoCode: '1327',
      detail: expect.stringContaining('订单购买人与支付单支付人不一致'),
    });
    expect(d.releasedAt).toBeNull();
    expect(d.counted).toEqual([]);
  });

  test('a list that is inspected and then released ends cleared, its inspection stays in the timeline', async () => {
    const d = await reached('-SBINSPECT', 'cleared');
    expect(shown(d)).toEqual({ delivery: 'sent', verdict: 'cleared', attention: false });
    expect(statusesOf(d, LIST)).toEqual(['2', '120', '500', '399', '800', '899']);
  });

  test('a list that an officer reviews by hand and then releases ends cleared', async () => {
    const d = await reached('-SBREVIEW', 'cleared');
    expect(shown(d)).toEqual({ delivery: 'sent', verdict: 'cleared', attention: false });
    expect(statusesOf(d, LIST)).toEqual(['2', '120', '300', '399', '800', '899']);
  });

  test('a list that customs detains asks for a person, is not released and counts nowhere', async () => {
    const d = await reached('-SBDETAIN', 'detained');
    expect(shown(d)).toEqual({ delivery: 'sent', verdict: 'detained', attention: true });
    expect(statusesOf(d, LIST)).toEqual(['2', '120', '500', '501']);
    expect(d.releasedAt).toBeNull();
    expect(d.counted).toEqual([]);
  });

  test('a list that is released and never cleared stays released, and does not count yet', async () => {
    const d = await reached('-SBNOCLEAR', 'released');
    expect(shown(d)).toEqual({ delivery: 'sent', verdict: 'released', attention: false });
    expect(statusesOf(d, LIST)).toEqual(['2', '120', '399', '800']);
    expect(d.releasedAt).not.toBeNull();
    expect(d.counted).toEqual([]);
  });

  test('a processing error of the port makes the list failed, not refused, and asks for a person', async () => {
    const d = await reached('-SBNEG', 'failed');
    expect(shown(d)).toEqual({ delivery: 'sent', verdict: 'failed', attention: true });
    expect(statusesOf(d, LIST)).toEqual(['-604002']);
    expect(attemptsOf(d, LIST)).toEqual(['accepted']);
  });
});

describe('a refused document holds its list back', () => {
  test.each([
    ['order', '-SBORDER100', ORDER, ['refused', 'accepted', 'reviewed', 'none']],
    ['payment receipt', '-SBPAYMENT100', PAYMENT, ['accepted', 'refused', 'reviewed', 'none']],
    ['waybill', '-SBWAYBILL100', WAYBILL, ['accepted', 'accepted', 'refused', 'none']],
  ] as const)('a returned %s: the list is not sent and says why', async (_, marker, type, verdicts) => {
    const d = await declarationWhere(
      client,
      ids.get(marker)!,
      (x) => x.documents.map((o) => o.verdict).join() === verdicts.join(),
    );
    expect(statusesOf(d, type)).toEqual(['2', '3', '100']);
    expect(shown(d)).toEqual({ delivery: 'waiting', verdict: 'refused', attention: true });
    expect(documentOf(d, LIST)).toMatchObject({
      delivery: 'waiting',
      waitingFor: { reason: 'refused-document' },
      messageId: null,
    });
    expect(entriesOf(d, 'attempt', LIST)).toEqual([]);
  });
});

describe('however receipts travel, the declaration ends the same', () => {
  test.each([
    ['-SBREORDER', 'receipts in reverse order of time'],
    ['-SBMULTI', 'all receipts of a document in one file'],
    ['-SBPLAIN', 'receipts in a default namespace'],
    ['-SBPREFIX', 'receipts with another namespace prefix'],
    ['-SBDUPRCPT', 'every receipt twice'],
  ] as const)('%s: %s', async (marker, _) => {
    const d = await reached(marker, 'cleared');
    expect(shown(d)).toEqual({ delivery: 'sent', verdict: 'cleared', attention: false });
    expect(verdictsOf(d)).toEqual([...THREE_TAKEN, 'cleared']);
    expect(d.documents.map((o) => statusesOf(d, o.messageType))).toEqual([
      ['2', '3', '120'],
      ['2', '3', '120'],
      ['2', '3', '399'],
      CLEARED,
    ]);
    expect(d.invtNo).toMatch(/^\d{8}E\d{9}$/);
    expect(d.counted).toHaveLength(1);
  });

  test('a receipt that came twice is stored once, with the number of times it came', async () => {
    const d = await reached('-SBDUPRCPT', 'cleared');
    const { rows } = await it.gateway.store.query<{ times: number }>(
      `select w.times from receipts r join raw_receipts w on w.id = r.raw_id
         join documents d on d.id = r.document_id where d.declaration_id = $1 and d.message_type <> $2`,
      [d.id, WAYBILL],
    );
    expect(rows.map((r) => r.times)).toEqual(Array.from({ length: 3 + 3 + 5 }, () => 2));
  });

  test('receipts that start late only come later', async () => {
    const d = await reached('-SBSLOW', 'cleared');
    expect(shown(d)).toEqual({ delivery: 'sent', verdict: 'cleared', attention: false });
    const sent = Date.parse(entriesOf(d, 'attempt', ORDER)[0]!.at);
    expect(Date.parse(entriesOf(d, 'receipt', ORDER)[0]!.receivedAt!) - sent).toBeGreaterThan(4000);
  });

  test('a port that took the documents and says nothing: sent without a verdict, the list still waits for them', async () => {
    const d = await declarationWhere(
      client,
      ids.get('-SBSILENT')!,
      (x) => documentOf(x, ORDER).delivery === 'sent' && documentOf(x, WAYBILL).verdict === 'reviewed',
    );
    expect(verdictsOf(d)).toEqual(['none', 'none', 'reviewed', 'none']);
    expect(shown(d)).toEqual({ delivery: 'waiting', verdict: 'none', attention: false });
    expect(documentOf(d, LIST)).toMatchObject({ delivery: 'waiting', waitingFor: { reason: 'documents' } });
  });
});

describe('trouble on the way never becomes a verdict', () => {
  test('a connection that breaks before the port took the message: the same message goes again and is taken once', async () => {
    const d = await reached('-SBDROPBEFORE', 'cleared');
    expect(shown(d)).toEqual({ delivery: 'sent', verdict: 'cleared', attention: false });
    for (const type of [ORDER, PAYMENT, LIST]) expect(attemptsOf(d, type)).toEqual(['unknown', 'accepted']);
    expect(attemptsOf(d, WAYBILL)).toEqual(['accepted']);
    expect(entriesOf(d, 'signed')).toHaveLength(4);
  });

  test('a busy port is asked again no sooner than it wishes, and takes the message the third time', async () => {
    const d = await reached('-SB503', 'cleared');
    for (const type of [ORDER, PAYMENT, LIST]) {
      expect(attemptsOf(d, type)).toEqual(['retry', 'retry', 'accepted']);
      const times = entriesOf(d, 'attempt', type).map((e) => Date.parse(e.at));
      expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(1000);
      expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(1000);
    }
  });

  test('a message the port refuses for good is refused in delivery, without a verdict, and asks for a person', async () => {
    const d = await declarationWhere(
      client,
      ids.get('-SBREFUSEHTTP')!,
      (x) =>
        documentOf(x, ORDER).delivery === 'refused' &&
        documentOf(x, PAYMENT).delivery === 'refused' &&
        documentOf(x, WAYBILL).verdict === 'reviewed',
    );
    expect(shown(d)).toEqual({ delivery: 'refused', verdict: 'none', attention: true });
    expect(verdictsOf(d)).toEqual(['none', 'none', 'reviewed', 'none']);
    expect(documentOf(d, LIST).waitingFor?.reason).toBe('refused-document');
    expect(entriesOf(d, 'attempt', ORDER)).toMatchObject([{ detail: expect.stringContaining('HTTP 422') }]);
  });

  test('a refused message sent again by hand is the same message, and the timeline names who did it and why', async () => {
    const id = ids.get('-SBREFUSEHTTP')!;
    const before = await declarationWhere(client, id, (x) => documentOf(x, ORDER).delivery === 'refused');
    await client.post(`/v1/documents/${documentOf(before, ORDER).id}/resend`, { note: '端口已更正配置' });
    const d = await declarationWhere(client, id, (x) => attemptsOf(x, ORDER).join() === 'refused,refused');
    expect(documentOf(d, ORDER).messageId).toBe(documentOf(before, ORDER).messageId);
    expect(entriesOf(d, 'signed', ORDER)).toEqual(entriesOf(before, 'signed', ORDER));
    expect(entriesOf(d, 'decision', ORDER)).toMatchObject([
      { title: { zh: '人工重发' }, detail: expect.stringMatching(/公司 接口：端口已更正配置$/) },
    ]);
    expect(shown(d)).toEqual({ delivery: 'refused', verdict: 'none', attention: true });
  });

  test('a document on its way or taken cannot be sent again by hand', async () => {
    const d = await reached('-SBINSPECT', 'cleared');
    const response = await client.raw(
      'POST',
      `/v1/documents/${documentOf(d, LIST).id}/resend`,
      JSON.stringify({ note: '' }),
      { 'Content-Type': 'application/json' },
    );
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ faults: [{ code: 'A08' }] });
  });
});

test('every message that left was verified by a separate code path and is shown byte for byte', async () => {
  const d = await reached('-SBINSPECT', 'cleared');
  for (const entry of entriesOf(d, 'signed')) {
    expect(entry.signature?.ok).toBe(true);
    const bytes = Buffer.from(await (await client.raw('GET', entry.bytes!)).arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(entry.sha256);
  }
});
