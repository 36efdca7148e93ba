import { randomBytes } from 'node:crypto';
import { readTime, time14 } from '../base/clock.js';
import type { Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { newGuid, newId } from '../base/ids.js';
import { joinKey } from '../declarations/plan.js';
import { storeOwn } from '../documents/own.js';
import { readFieldType } from '../messages/fieldType.js';
import { wake, type Queryable } from '../store/store.js';
import { checkFiling } from './check.js';
import type { FilingContext } from './context.js';
import { linesOf, textOf, tidy, type FilingData } from './data.js';
import type { FilingKind } from './kinds.js';
import { HOLDS, listsById, lockLists, numberOf, type CoveredList } from './lists.js';

export interface NewFiling {
  /** For example `CEB605Message`. */
  messageType: string;
  /** The tenant that owns the filing: the seller of its lists, or who files for several sellers at once. */
  tenantId: string;
  /**
   * Field names of the message, lines under `list`; times are ISO 8601 UTC or yyyyMMddHHmmss in Asia/Shanghai. The number (copNo, coElNo), the line numbers of kinds the gateway
   * numbers, msgCount and msgSeqNo are made here when they are missing.
   */
  data: FilingData;
  /** The declarations it speaks of. */
  declarationIds: readonly string[];
  createdBy: string;
}

export interface CreatedFiling {
  /** The filing: the id of its first part. Null when there are faults; nothing is stored then. */
  documentId: string | null;
  faults: Fault[];
}

/**
 * Checks a filing and stores it with its parts inside the caller's transaction; the declarations it speaks of are
 * locked. A filing goes out at once when the gateway holds the key of the party that answers for it, and waits for
 * that party otherwise. Every fault comes back at once: L21 for a message that is no filing.
 */
export async function createFiling(
  tx: Queryable,
  context: FilingContext,
  filing: NewFiling,
): Promise<CreatedFiling> {
  const kind = context.kinds.get(filing.messageType);
  if (!kind) return { documentId: null, faults: [unknownKind(context, filing.messageType)] };
  await lockLists(tx, filing.declarationIds);
  const lists = await listsById(tx, filing.declarationIds);
  const data = complete(context, kind, filing.data);
  const faults = await checkFiling(tx, context, { kind, data, lists });
  const number = kind.number ? textOf(data, kind.number) : undefined;
  if (number !== undefined && (await isTaken(tx, kind, data)))
    faults.push(
      makeFault(
        'L18',
        kind.number ?? '',
        { copNo: number, filing: kind.mapping.title.zh, filingEn: kind.mapping.title.en },
        number,
      ),
    );
  if (faults.length > 0) return { documentId: null, faults };
  const documentId = await storeParts(tx, context, {
    ...filing,
    kind,
    data,
    lists,
    appType: '1',
    revision: 1,
  });
  return { documentId, faults: [] };
}

export const unknownKind = (context: FilingContext, message: string): Fault =>
  makeFault('L21', 'messageType', { message, known: [...context.kinds.keys()].join('、') }, message);

/** Tidied data with everything the gateway numbers: the filing's own number, its lines and, as if unsplit, its parts. */
export function complete(
  context: FilingContext,
  kind: FilingKind,
  given: FilingData,
): Record<string, unknown> {
  const data = tidy(given);
  const { number, split, list } = kind;
  // Times are instants as everywhere; the digits of the message (Asia/Shanghai) are understood as well.
  for (const [name, field] of kind.headFields) {
    const value = field.format === 'time14' ? textOf(data, name) : undefined;
    const time = value?.length === 14 ? readTime(value) : undefined;
    if (time) data[name] = time.toISOString();
  }
  if (number && data[number] === undefined) data[number] = newNumber(kind, number, context.clock.now());
  if (list?.numbered)
    data.list = linesOf(data).map((line, i) => ({ ...line, gnum: String(split ? (i % split) + 1 : i + 1) }));
  if (kind.headFields.has('msgCount')) Object.assign(data, { msgCount: '1', msgSeqNo: '1' });
  return data;
}

/** A number of our own as long as the field allows, at most 24 characters: `SW`, the day, then random bits. */
function newNumber(kind: FilingKind, field: string, now: Date): string {
  const type = readFieldType(kind.headFields.get(field)?.type ?? 'C..20');
  const most = Math.min(24, type.kind === 'text' ? type.max : 20);
  const bytes = Math.floor((most - 8) / 2);
  return `SW${time14(now).slice(2, 8)}${randomBytes(bytes).toString('hex').toUpperCase()}`;
}

/** True when a filing in force has the same key: its receipts could not be told apart. */
async function isTaken(tx: Queryable, kind: FilingKind, data: FilingData): Promise<boolean> {
  const { rows } = await tx.query(
    `select 1 from documents d where d.message_type = $1 and d.document_key = $2 and d.filing is not null and ${HOLDS}`,
    [kind.message, keyOf(kind, data)],
  );
  return rows.length > 0;
}

const keyOf = (kind: FilingKind, data: FilingData): string =>
  joinKey(
    (kind.mapping.key ?? []).map((name) => textOf(data, name) ?? kind.headFields.get(name)?.fixed ?? ''),
  );

export interface StoredFiling extends NewFiling {
  kind: FilingKind;
  data: FilingData;
  lists: readonly CoveredList[];
  appType: '1' | '2' | '3';
  revision: number;
  /** The filing this is a revision of. */
  filingId?: string | undefined;
}

/**
 * Stores the parts of a checked filing: one document for every `split` lines, all with one number. Returns the id of
 * the filing.
 */
export async function storeParts(
  tx: Queryable,
  context: FilingContext,
  filing: StoredFiling,
): Promise<string> {
  const { kind, data, lists } = filing;
  const { code: codeField, name: nameField } = kind.mapping.filing ?? { code: '', name: '' };
  const code = textOf(data, codeField) ?? '';
  const parts = partsOf(kind, data);
  const documents = parts.map((part) => ({ id: newId(), guid: newGuid(), part }));
  const filingId = filing.filingId ?? documents[0]?.id ?? newId();
  const held = context.signers.find(code) !== undefined;
  await storeOwn(
    tx,
    documents.map(({ id, guid, part }, i) => ({
      id,
      tenantId: filing.tenantId,
      seq: i + 1,
      messageType: kind.message,
      responsible: {
        role: codeField.replace(/Code$/, ''),
        code,
        name: textOf(data, nameField) ?? '',
      },
      guid,
      appType: filing.appType,
      copNo: (kind.number ? textOf(data, kind.number) : undefined) ?? keyOf(kind, data),
      key: keyOf(kind, part),
      waitsFor: held ? null : 'party',
      revision: filing.revision,
      data: part,
      ownId: filingId,
      createdBy: filing.createdBy,
      edition: kind.mapping.edition,
    })),
  );
  const links = documents.flatMap((d, i) =>
    coveredBy(kind, d.part, lists, i === 0).map((list) => ({ d, list })),
  );
  await tx.query(
    `insert into filing_declarations (tenant_id, document_id, declaration_id)
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[])`,
    [links.map((l) => l.list.tenantId), links.map((l) => l.d.id), links.map((l) => l.list.id)],
  );
  await wake(tx, 'prepare', 'declarations');
  return filingId;
}

/** The parts of a filing, each with its lines, msgCount and msgSeqNo. */
export function partsOf(kind: FilingKind, data: FilingData): FilingData[] {
  const lines = linesOf(data);
  const { split } = kind;
  if (split === undefined) return [data];
  const count = Math.max(1, Math.ceil(lines.length / split));
  return Array.from({ length: count }, (_, i) => ({
    ...data,
    msgCount: String(count),
    msgSeqNo: String(i + 1),
    ...(data.list === undefined ? {} : { list: lines.slice(i * split, (i + 1) * split) }),
  }));
}

/** The lists a part names; where lines name none (a bill or a period stands for them), all lists, with the first part. */
function coveredBy(
  kind: FilingKind,
  part: FilingData,
  lists: readonly CoveredList[],
  first: boolean,
): CoveredList[] {
  const lines = linesOf(part);
  if (kind.refers.at === 'head' || lines.length === 0) return first ? [...lists] : [];
  const named = new Set(lines.map((line) => textOf(line, kind.refers.field)));
  return lists.filter((list) => named.has(numberOf(list, kind.refers.field)));
}
