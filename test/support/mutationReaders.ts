import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.js';
import { FaultError } from '../../src/base/fault.js';
import { projectRoot } from '../../src/base/root.js';
import { withEveryFault } from '../../src/checks/everyFault.js';
import { readMessage, type ReadMessage } from '../../src/messages/reader.js';
import { checkStructure } from '../../src/messages/structure.js';
import { wrapMessage, type Wrap } from '../../src/messages/wrapping.js';
import type { OrderFormat } from '../../src/orders/read/format.js';
import { readOrders } from '../../src/orders/read/readOrders.js';
import { readReceiptFile } from '../../src/receipts/read.js';
import { loadRulebook, type Rulebook } from '../../src/rulebook.js';
import { readSheet } from '../../src/sheets/read.js';
import { signMessage } from '../../src/signing/sign.js';
import { verifyMessage } from '../../src/signing/verify.js';
import { streamOf } from '../orders/reading.js';
import { newSigner, scratch, unsignedMessage, within } from '../signing/fixtures.js';
import { text, workbookParts, zip } from './handmadeXlsx.js';
import { mutateBytes, mutateText, randomOfCase } from './mutations.js';
import { orderFile } from './orderFile.js';
import { freshOrders } from './sampleOrders.js';

/** What became of a mutated file. */
export type Outcome = 'read' | 'refused';

/** A reader of foreign bytes: makes a mutated file, and reads it. Anything thrown but a fault is a defect. */
export interface MutationReader {
  kind: string;
  make(random: () => number): Buffer;
  /** Throws FaultError for what it refuses; and an Error for a forgery that was taken. */
  read(bytes: Buffer): Promise<Outcome>;
}

const pick = <T>(random: () => number, from: readonly T[]): T =>
  from[Math.floor(random() * from.length)] as T;
const mutated =
  (texts: readonly string[]) =>
  (random: () => number): Buffer =>
    mutateText(pick(random, texts), random, pick(random, texts));

const folder = join(projectRoot, 'test/examples/messages');
const examples = () =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.xml'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));

/** What a message says, whatever its signature and form. */
function saying({ messageType, guid, version, documents, transfer, subscriptions, others }: ReadMessage) {
  const { Signature: _signature, ...rest } = others;
  return JSON.stringify({ messageType, guid, version, documents, transfer, subscriptions, rest });
}

/** Every reader of what comes from outside, each with files to begin with. */
export async function mutationReaders(): Promise<{ readers: MutationReader[]; drop(): void }> {
  const rulebook = loadRulebook(systemClock);
  const keys = scratch();
  return {
    readers: [
      ...receiptReaders(rulebook),
      ...(await signedReaders(rulebook, keys.dir)),
      ...(await orderReaders(rulebook)),
      sheetReader(rulebook),
    ],
    drop: keys.drop,
  };
}

function receiptReaders(rulebook: Rulebook): MutationReader[] {
  const texts = [
    ...examples(),
    '<DxpRep xmlns="http://www.chinaport.gov.cn/dxp" ver="1.0"><RecevierId>DXPENT0000012345</RecevierId><Response><ResponseCode>E0001</ResponseCode><ResponseInfo>接收方不存在</ResponseInfo><NoticeTime>2026-11-18</NoticeTime><OriHead><CopMsgId>M-1</CopMsgId></OriHead></Response></DxpRep>',
  ];
  const read = async (bytes: Buffer): Promise<Outcome> => {
    const file = readReceiptFile(bytes, rulebook);
    if (!('faults' in file)) return 'read';
    if (file.faults.length === 0) throw new Error('refused without a fault');
    return 'refused';
  };
  const envelopes: Wrap[] = [
    { form: 'DxpMsg' },
    { form: 'DxpMsgSv', staNode: 'STANODE001', endNode: 'ENDNODE001' },
  ];
  const wrapped = (bytes: Buffer, random: () => number) =>
    wrapMessage(
      {
        guid: 'C0FFEE00-1111-4222-8333-444455556666',
        messageType: 'CEB604Message',
        dxpId: 'DXPENT0000012345',
        createdAt: new Date('2026-11-20T00:00:00Z'),
        flow: 'export',
        bytes,
      },
      pick(random, envelopes),
    );
  return [
    { kind: 'receipts', make: mutated(texts), read },
    {
      kind: 'envelopes',
      make: (random) => {
        const within = random() < 0.5 ? mutated(texts)(random) : Buffer.from(pick(random, texts));
        const envelope = wrapped(within, random);
        return random() < 0.7 ? mutateText(envelope.toString(), random, pick(random, texts)) : envelope;
      },
      read,
    },
  ];
}

/** Messages that a party signed: one that is taken says what the party signed, word for word. */
async function signedReaders(rulebook: Rulebook, dir: string): Promise<MutationReader[]> {
  const { catalogue } = rulebook;
  const suites = ['rsa-sha1', 'sm2-sm3'] as const;
  const stranger = newSigner('rsa-sha1', join(dir, 'stranger'));
  const strange = (await signMessage(unsignedMessage(2), stranger)).toString();
  return Promise.all(
    suites.map(async (suite): Promise<MutationReader> => {
      const party = newSigner(suite, join(dir, suite));
      const signed = await Promise.all(
        [1, 3].map(async (n) => (await signMessage(unsignedMessage(n), party)).toString()),
      );
      const said = new Set(signed.map((message) => saying(readMessage(Buffer.from(message), catalogue))));
      return {
        kind: `party documents (${suite})`,
        make: (random) =>
          mutateText(pick(random, signed), random, random() < 0.5 ? strange : pick(random, signed)),
        async read(bytes) {
          const read = readMessage(bytes, catalogue);
          // As intake does: signed bytes that hold what no signature covers are refused.
          if (read.bytes.includes('<!--') || read.bytes.includes('<![CDATA[')) return 'refused';
          const verdict = await verifyMessage(read.bytes, { certificate: party.certPem, at: within });
          if (!verdict.ok) {
            if (verdict.problems.length === 0) throw new Error('a signature was refused without a word');
            return 'refused';
          }
          if (!said.has(saying(read))) throw new Error('FORGERY: a message was taken that nobody signed');
          await checkStructure(read.bytes, catalogue);
          return 'read';
        },
      };
    }),
  );
}

async function orderReaders(rulebook: Rulebook): Promise<MutationReader[]> {
  const parts = { ...rulebook, clock: systemClock };
  const orders = [
    ...freshOrders({ count: 2, seed: 77 }),
    ...freshOrders({ count: 1, seed: 78, regime: '9610-import' }),
  ];
  const reader = (format: OrderFormat) => async (bytes: Buffer) => {
    for await (const order of readOrders(streamOf(bytes), { ...rulebook.readOptions, format }))
      withEveryFault(order, parts);
    return 'read' as const;
  };
  const kinds: [OrderFormat, string[]][] = [
    ['json', [JSON.stringify(orders), JSON.stringify(orders[0]), JSON.stringify(orders, null, 1)]],
    ['ndjson', [orders.map((order) => JSON.stringify(order)).join('\n')]],
    [
      'csv',
      await Promise.all(
        [orders.slice(0, 2), orders.slice(2)].map(async (some) =>
          (await orderFile('o.csv', some)).toString(),
        ),
      ),
    ],
  ];
  const rows = kinds[2]![1][0]!
    .trim()
    .split('\r\n')
    .map(
      (line, r) =>
        `<row r="${r + 1}">${line
          .split(',')
          .map((v, c) => text(`${columnName(c)}${r + 1}`, v.replaceAll('&', '&amp;').replaceAll('<', '&lt;')))
          .join('')}</row>`,
    )
    .join('');
  const sheet = workbookParts(rows, { strings: ['一', '二'] });
  const names = Object.keys(sheet);
  const packed = zip(sheet);
  return [
    ...kinds.map(([format, texts]) => ({
      kind: `orders (${format})`,
      make: mutated(texts),
      read: reader(format),
    })),
    {
      kind: 'orders (xlsx)',
      // The archive itself, or one of its parts.
      make: (random) => {
        if (random() < 0.3) return mutateBytes(packed, random);
        const name = random() < 0.7 ? 'xl/worksheets/sheet1.xml' : pick(random, names);
        const part = sheet[name]!.toString();
        return zip({ ...sheet, [name]: mutateText(part, random, rows) });
      },
      read: reader('xlsx'),
    },
  ];
}

const columnName = (at: number): string =>
  at < 26 ? String.fromCharCode(65 + at) : columnName(Math.floor(at / 26) - 1) + columnName(at % 26);

function sheetReader(rulebook: Rulebook): MutationReader {
  const { registry, warehouses, movements } = rulebook.sheets;
  const sheets = [registry, warehouses, movements].map((sheet) => {
    const row = sheet.columns.map((column) => `"${column.example}"`).join(',');
    return { sheet, csv: `${sheet.columns.map((c) => c.header.zh).join(',')}\r\n${row}\r\n${row}\r\n` };
  });
  const texts = sheets.map(({ csv }) => csv);
  return {
    kind: 'registers (csv)',
    make: mutated(texts),
    async read(bytes) {
      for (const { sheet } of sheets)
        await readSheet(bytes, 'table.csv', sheet, rulebook.readOptions.columns).catch((error: unknown) => {
          if (!(error instanceof FaultError)) throw error;
        });
      return 'read';
    },
  };
}

export interface MutationCount {
  tried: number;
  read: number;
  refused: number;
  slowestMs: number;
}

/**
 * Reads `runs` mutated files. Throws, naming seed and number of the case, for anything but a reading or a fault, and for a
 * file that takes longer than `mostMs`: a hang.
 */
export async function readMutated(
  reader: MutationReader,
  runs: number,
  seed: number,
  mostMs = 20_000,
): Promise<MutationCount> {
  const count: MutationCount = { tried: 0, read: 0, refused: 0, slowestMs: 0 };
  for (let n = 0; n < runs; n++) {
    const bytes = reader.make(randomOfCase(seed, n));
    const from = performance.now();
    const name = `${reader.kind}, seed ${seed}, case ${n}`;
    const outcome = await reader.read(bytes).catch((error: unknown): Outcome => {
      if (error instanceof FaultError && error.faults.length > 0) return 'refused';
      throw new Error(name, { cause: error });
    });
    const ms = performance.now() - from;
    if (ms > mostMs) throw new Error(`${name}: ${Math.round(ms)} ms`);
    count.tried++;
    count[outcome]++;
    count.slowestMs = Math.max(count.slowestMs, ms);
  }
  return count;
}
