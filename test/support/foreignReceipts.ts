import { applyReceipts } from '../../src/receipts/apply.js';
import { storeRaw } from '../../src/receipts/inbox.js';
import type { TestGateway } from './gateway.js';
import { LIST, ORDER, WAYBILL, type Declaration, documentOf } from './journey.js';
import { mutateText, randomOfCase } from './mutations.js';
import { receiptFile, receiptOf } from './receiptFiles.js';

const TYPES = [ORDER, WAYBILL, LIST];
const STATUSES = ['2', '120', '100', '399', '500', '800', '899', '-1'];
const pick = <T>(random: () => number, from: readonly T[]): T =>
  from[Math.floor(random() * from.length)] as T;
const keyOf = (declaration: Declaration, type: string): string[] =>
  Object.values(documentOf(declaration, type).key).map(String);

/**
 * A receipt of one enterprise with parts of its key, but never the whole of it, and what else names a document, changed to
 * those of another's, and then mutated; whatever is put in from elsewhere is of the first. It names no document of the other.
 */
export function foreignReceipt(mine: Declaration, theirs: Declaration, random: () => number): Buffer {
  const type = pick(random, TYPES);
  const own = keyOf(mine, type);
  const others = keyOf(theirs, type);
  const differ = own.flatMap((value, at) => (value === others[at] ? [] : [at]));
  // One part that tells the two apart stays as it is.
  const stays = pick(random, differ);
  const key = own.map((value, at) => (at !== stays && random() < 0.6 ? others[at]! : value));
  const at = new Date(Date.parse('2026-11-20T02:00:00Z') + Math.floor(random() * 1e6));
  const text = (values: string[]) =>
    receiptFile([receiptOf(type, values.join('|'), pick(random, STATUSES), at, '申报结果')], 'x')
      .bytes.toString()
      .replace(/(?<=guid>)[^<]+/, () =>
        random() < 0.5 ? documentOf(theirs, type).id : documentOf(mine, type).id,
      );
  return random() < 0.2 ? Buffer.from(text(key)) : mutateText(text(key), random, text(own));
}

/** Has the gateway apply so many of them. */
export async function applyForeignReceipts(
  { gateway }: TestGateway,
  [mine, theirs]: readonly [Declaration, Declaration],
  runs: number,
  seed: number,
): Promise<void> {
  const { store, journey } = gateway;
  const TOGETHER = 50;
  for (let from = 0; from < runs; from += TOGETHER) {
    const files = Array.from({ length: Math.min(TOGETHER, runs - from) }, (_, i) => ({
      id: `f${seed}-${from + i}`,
      origin: `f${seed}-${from + i}.xml`,
      bytes: foreignReceipt(mine, theirs, randomOfCase(seed, from + i)),
    }));
    await storeRaw(store, files);
    while ((await applyReceipts(store, journey.applyContext(), TOGETHER)) > 0);
  }
}

/** Every receipt that answers a document of the declaration, and what state that left the document in. */
export async function answersTo({ gateway }: TestGateway, declarationId: string): Promise<unknown[]> {
  const { rows } = await gateway.store.query(
    `select d.id, d.delivery, d.verdict, d.revision, r.identity from documents d left join receipts r on r.document_id = d.id
      where d.declaration_id = $1 order by d.id, r.identity`,
    [declarationId],
  );
  return rows;
}
