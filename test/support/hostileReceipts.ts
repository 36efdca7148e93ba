import { expect } from '@jest/globals';
import { applyReceipts } from '../../src/receipts/apply.js';
import { storeRaw } from '../../src/receipts/inbox.js';
import type { IncomingFile } from '../../src/dispatch/transport.js';
import { attemptAll } from './attempts.js';
import { randomFrom } from './companies.js';
import { startTestGateway } from './gateway.js';
import { handIn, LIST, ordersOfOneSeller } from './journey.js';
import { receiptFile, receiptOf } from './receiptFiles.js';

const LONG = [100, 3_000, 8_000, 20_000];
const NAMES = [
  'orderNo',
  'copNo',
  'preNo',
  'invtNo',
  'sumNo',
  'returnStatus',
  'returnInfo',
  'returnTime',
  'guid',
];

/** One hostile file; `n` makes its bytes differ from those of every other. */
export function hostileFile(n: number, random: () => number, realKey: string): IncomingFile {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const long = () => pick(['x', '测', '𠮷', '&lt;']).repeat(pick(LONG));
  const receipt = (
    fields: Record<string, string>,
    root = pick(['CEB604Message', 'CEB304Message', 'CEB900Message', 'CEB606Message']),
  ) =>
    `<?xml version="1.0"?><${root} xmlns="http://www.chinaport.gov.cn/ceb" guid="${n}" version="1.0"><InventoryReturn>${Object.entries(
      {
        agentCode: 'A',
        copNo: `h${n}`,
        returnStatus: '120',
        returnTime: '20261120120000000',
        returnInfo: '-',
        ...fields,
      },
    )
      .map(([k, v]) => `<${k}>${v}</${k}>`)
      .join('')}</InventoryReturn></${root}>`;
  const [agentCode = '', copNo = ''] = realKey.split('|');
  const body: string | Buffer = pick<() => string | Buffer>([
    () => receipt({ [pick(NAMES)]: long() }),
    () => receipt({ [pick(NAMES)]: long(), [pick(NAMES)]: long() }),
    // The key of a real list with numbers no column holds, and with nonsense that decides nothing.
    () =>
      receipt(
        {
          agentCode,
          copNo,
          [pick(['invtNo', 'preNo', 'returnInfo'])]: long(),
          returnStatus: '2',
          returnTime: `2026112012${String(n % 60).padStart(2, '0')}00000`,
        },
        'CEB604Message',
      ),
    () => receipt({ returnInfo: '[Code:'.repeat(pick([10, 2_000, 20_000])) }),
    () =>
      receipt({
        returnInfo: '[Code:1;Desc:'.repeat(2_000),
        returnTime: pick(['', '0', '99999999999999999', '00000101000000000']),
      }),
    () => `<?xml version="1.0" encoding="a\0b${n}"?><CEB604Message/>`,
    () => `<?xml version="1.0" encoding="UTF-16"?><CEB604Message>${n}</CEB604Message>`,
    () =>
      `<CEB604Message xmlns="http://www.chinaport.gov.cn/ceb"><InventoryReturn>&#0;${n}</InventoryReturn></CEB604Message>`,
    () => Buffer.from(Array.from({ length: 40 + (n % 50) }, () => Math.floor(random() * 256))),
    () => Buffer.concat([Buffer.from(`${n}`), Buffer.alloc(pick(LONG))]),
    () => '<a>'.repeat(pick(LONG)) + String(n),
    () => `<!DOCTYPE x [<!ENTITY a "${n}">]><x>&a;</x>`,
    () =>
      `<CEB816Message xmlns="http://www.chinaport.gov.cn/ceb" guid="${n}" version="1.0"><Tax><TaxHeadRd><guid>${n}</guid><invtNo>${long()}</invtNo><taxNo>${long()}</taxNo></TaxHeadRd></Tax></CEB816Message>`,
    () =>
      receipt(
        { copNo: '\u{d800}'.repeat(3) + n, oriMessageType: 'CEB603Message', oriCopMsgId: long() },
        'CEB900Message',
      ),
  ])();
  return { id: `h${n}`, origin: `${pick(['a\0b', '回执', long()])}${n}`, bytes: Buffer.from(body as string) };
}

/**
 * Feeds generated hostile files among the receipts of as many good lists and insists that every good receipt is applied, that no
 * file is left, and that every file stands as it came.
 */
export async function hostileReceipts(size: {
  orders: number;
  hostile: number;
  seed: number;
}): Promise<void> {
  const orders = ordersOfOneSeller(size.orders, { seed: size.seed, batch: 'H' });
  const it = await startTestGateway({ orders, workers: false });
  try {
    const { store, journey } = it.gateway;
    const random = randomFrom(size.seed);
    await handIn([...it.sellers.values()][0]!.client, orders);
    await attemptAll(store);
    const { rows: lists } = await store.query<{ id: string; key: string }>(
      'select declaration_id as id, document_key as key from documents where message_type = $1 order by 1',
      [LIST],
    );
    expect(lists).toHaveLength(size.orders);
    const good = lists.flatMap(({ key }, i) =>
      ['120', '800', '899'].map((status, step) =>
        receiptFile(
          [receiptOf(LIST, key, status, new Date(Date.UTC(2026, 10, 20, 4, step, 0, 1)), 'ok')],
          `good ${i} ${status}`,
        ),
      ),
    );
    const hostile = Array.from({ length: size.hostile }, (_, n) =>
      hostileFile(n, random, lists[n % lists.length]!.key),
    );
    const files = [...good, ...hostile].map((file) => ({ file, at: random() })).sort((a, b) => a.at - b.at);
    for (let i = 0; i < files.length; i += 200)
      await storeRaw(
        store,
        files.slice(i, i + 200).map(({ file }) => file),
      );
    for (let rounds = 0; (await applyReceipts(store, journey.applyContext(), 50)) > 0; rounds++)
      if (rounds > files.length) throw new Error('receipts go round and round');
    const { rows: states } = await store.query<{ state: string; n: number }>(
      'select state, count(*)::int as n from raw_receipts group by 1',
    );
    const counted = Object.fromEntries(states.map((s) => [s.state, s.n]));
    expect(counted.stored ?? 0).toBe(0);
    expect((counted.applied ?? 0) + (counted.unreadable ?? 0)).toBe(files.length);
    expect(counted.unreadable).toBeGreaterThan(size.hostile / 10);
    expect(counted.applied).toBeGreaterThan(size.hostile / 10);
    const { rows: ended } = await store.query(
      `select verdict, count(*)::int as n from declarations group by 1`,
    );
    expect(ended).toEqual([{ verdict: 'cleared', n: size.orders }]);
    const { rows: aside } = await store.query<{ n: number }>(
      `select count(*)::int as n from tray t join raw_receipts r on r.id = t.raw_id where r.state = 'unreadable' and jsonb_array_length(t.faults) = 0`,
    );
    expect(aside).toEqual([{ n: 0 }]);
  } finally {
    await it.close();
  }
}
