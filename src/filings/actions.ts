import { FaultError, type Fault } from '../base/fault.js';
import { noteDecision } from '../documents/decisions.js';
import { takeOutOfForce } from '../documents/own.js';
import type { Access } from '../enterprises/access.js';
import { lockDocuments } from '../store/locks.js';
import type { Queryable } from '../store/store.js';
import { checkFiling } from './check.js';
import type { FilingContext } from './context.js';
import { complete, createFiling, storeParts, unknownKind } from './create.js';
import { linesOf, textOf, tidy, type FilingData } from './data.js';
import { ownerOf } from './draft.js';
import type { FilingKind } from './kinds.js';
import {
  hindrance,
  obstacle,
  partsInForce,
  wasRefused,
  type FilingAction,
  type FilingPart,
  type FilingParts,
} from './obstacles.js';
import { listsById, listsByNumber, listsOfBill, listsCleared, lockLists, type CoveredList } from './lists.js';

export interface Submission {
  messageType: string;
  data: FilingData;
  /** Left out, the lists are found by the numbers in the data (or its bill, or its period). */
  declarationIds?: readonly string[] | undefined;
}

/** Checks and stores a filing; returns its id. Throws FaultError (422) with every fault, then nothing is stored. */
export async function submitFiling(
  tx: Queryable,
  context: FilingContext,
  access: Access,
  { messageType, data, declarationIds }: Submission,
): Promise<string> {
  const kind = context.kinds.get(messageType);
  if (!kind) throw new FaultError([unknownKind(context, messageType)]);
  const lists = declarationIds
    ? await listsById(tx, declarationIds, access.tenants)
    : await listsIn(tx, kind, complete(context, kind, data), access);
  const created = await createFiling(tx, context, {
    messageType,
    tenantId: ownerOf(lists, access),
    data,
    declarationIds: lists.map((l) => l.id),
    createdBy: access.actor,
  });
  if (created.documentId === null) throw new FaultError(created.faults);
  return created.documentId;
}

/** The lists the data speak of, as far as this identity may act for them. */
async function listsIn(
  tx: Queryable,
  kind: FilingKind,
  data: FilingData,
  access: Pick<Access, 'tenants'>,
): Promise<CoveredList[]> {
  const { at, field } = kind.refers;
  const numbers = at === 'head' ? [textOf(data, field)] : linesOf(data).map((line) => textOf(line, field));
  const known = numbers.filter((n) => n !== undefined);
  if (known.length > 0) return listsByNumber(tx, field, known, access.tenants);
  const billNo = textOf(data, 'billNo');
  if (kind.covers === 'bill' && billNo) return listsOfBill(tx, billNo, kind.lists.ieFlag, access.tenants);
  const [start, end] = kind.period ? [textOf(data, kind.period.start), textOf(data, kind.period.end)] : [];
  const [from, until] = [new Date(start ?? ''), new Date(end ?? '')];
  if (Number.isNaN(from.getTime()) || Number.isNaN(until.getTime())) return [];
  const { statisticsFlag = '', ieFlag, notIn } = kind.lists;
  // The period names its last second; released_at is finer.
  const after = new Date(until.getTime() + 1000);
  const wanted = { statisticsFlag, ieFlag, notIn, seller: textOf(data, 'ebcCode') };
  return listsCleared(tx, from, after, wanted, access.tenants);
}

/** The parts of a filing that are acted on (see `partsInForce`), locked. Throws A03 (404) for one that is not the asker's. */
async function lockParts(tx: Queryable, access: Access, filingId: string): Promise<FilingParts> {
  const { rows: ids } = await tx.query<{ id: string }>(
    'select id from documents where filing_id = $1 and tenant_id = any($2)',
    [filingId, access.tenants],
  );
  await lockDocuments(
    tx,
    ids.map((d) => d.id),
  );
  return partsInForce(tx, access, filingId);
}

/**
 * Changes a filing: as long as no part left, the new data simply take the place of the old; after a refusal they go as
 * new under the same number; otherwise as a change (appType 2). Throws A03 (404), L20 (409) with the reason and what to
 * do, or every fault of the new data (422).
 */
export async function changeFiling(
  tx: Queryable,
  context: FilingContext,
  access: Access,
  filingId: string,
  given: FilingData,
  reason = '',
): Promise<void> {
  const parts = await lockParts(tx, access, filingId);
  const [first] = parts;
  const left = parts.some((p) => p.message_id !== null);
  const again = parts.every(wasRefused);
  const anew = again && first.app_type === '1';
  const kind = kindOf(context, first, anew);
  const why = await hindrance(tx, kind, 'change', parts);
  if (why) throw new FaultError([why], 409);
  const data = complete(context, kind, {
    ...identityOf(kind, first),
    ...tidy(given),
    ...numbersOf(kind, first),
  });
  const found = await listsIn(tx, kind, data, access);
  await lockLists(
    tx,
    found.map((l) => l.id),
  );
  const lists = await listsById(
    tx,
    found.map((l) => l.id),
  );
  const faults = await checkFiling(tx, context, { kind, data, lists, filingId });
  const fixed = [...(kind.number ? [kind.number] : []), ...(kind.mapping.key ?? [])].filter(
    (f) => f !== 'msgSeqNo',
  );
  if (fixed.some((field) => textOf(data, field) !== textOf(first.filing, field)))
    faults.push(obstacle(kind, 'change', 'renumbered'));
  const count = kind.split ? Math.max(1, Math.ceil(linesOf(data).length / kind.split)) : 1;
  if (left && !again && count !== parts.length) faults.push(obstacle(kind, 'change', 'repartitioned'));
  if (faults.length > 0) throw new FaultError(faults);
  await takeOutOfForce(
    tx,
    parts.map((p) => p.id),
  );
  await noteDecision(tx, access, { id: first.id, tenantId: first.tenant_id }, 'change', reason);
  await storeParts(tx, context, {
    messageType: kind.message,
    tenantId: first.tenant_id,
    declarationIds: lists.map((l) => l.id),
    createdBy: access.actor,
    kind,
    data,
    lists,
    appType: !left ? (first.app_type === '2' ? '2' : '1') : anew ? '1' : '2',
    revision: await nextRevision(tx, filingId),
    filingId,
  });
}

/**
 * Deletes a filing: one that never left is put aside, one that customs holds is deleted by a message (appType 3). The
 * reason stays on record.
 * Throws A03 (404) or L20 (409).
 */
export async function deleteFiling(
  tx: Queryable,
  context: FilingContext,
  access: Access,
  filingId: string,
  reason: string,
): Promise<void> {
  const parts = await lockParts(tx, access, filingId);
  const [first] = parts;
  const kind = kindOf(context, first);
  const why = await hindrance(tx, kind, 'delete', parts);
  if (why) throw new FaultError([why], 409);
  await takeOutOfForce(
    tx,
    parts.map((p) => p.id),
  );
  const unsent = parts.every((p) => p.message_id === null);
  const done = unsent ? 'put-aside' : 'delete';
  await noteDecision(tx, access, { id: first.id, tenantId: first.tenant_id }, done, reason);
  if (unsent) {
    // The revision before it, if any, is in force again, with all that follows from it.
    const { rows: revisions } = await tx.query<{ id: string }>(
      'select id from documents where filing_id = $1',
      [filingId],
    );
    await context.follow(
      tx,
      revisions.map((d) => d.id),
    );
    return;
  }
  const data = { ...first.filing, list: parts.flatMap((p) => linesOf(p.filing)), ...numbersOf(kind, first) };
  const { rows } = await tx.query<{ declaration_id: string }>(
    'select distinct declaration_id from filing_declarations where document_id = any($1)',
    [parts.map((p) => p.id)],
  );
  const lists = await listsById(
    tx,
    rows.map((r) => r.declaration_id),
  );
  await storeParts(tx, context, {
    messageType: kind.message,
    tenantId: first.tenant_id,
    declarationIds: lists.map((l) => l.id),
    createdBy: access.actor,
    kind,
    data: first.filing.list === undefined ? { ...first.filing, ...numbersOf(kind, first) } : data,
    lists,
    appType: '3',
    revision: await nextRevision(tx, filingId),
    filingId,
  });
}

/** What may be done with a filing now; where it may not, why and what to do instead. Throws A03 (404). */
export async function filingAnswers(
  db: Queryable,
  context: FilingContext,
  access: Access,
  filingId: string,
): Promise<{ action: FilingAction; allowed: boolean; reason?: Fault }[]> {
  const parts = await partsInForce(db, access, filingId);
  const kind = kindOf(context, parts[0]);
  const answers = [];
  for (const action of ['change', 'delete'] as const) {
    const reason = await hindrance(db, kind, action, parts);
    answers.push({ action, allowed: reason === undefined, ...(reason ? { reason } : {}) });
  }
  return answers;
}

/** Also counts revisions that were put aside. */
async function nextRevision(tx: Queryable, filingId: string): Promise<number> {
  const { rows } = await tx.query<{ n: number }>(
    'select max(revision)::int + 1 as n from documents where filing_id = $1',
    [filingId],
  );
  return rows[0]?.n ?? 1;
}

/** What goes as new is written in the edition in force; any other revision keeps the edition of what it follows. */
function kindOf(context: FilingContext, part: FilingPart, anew = false): FilingKind {
  const kind = context.kinds.get(part.message_type, anew ? undefined : (part.edition ?? undefined));
  if (!kind) throw new Error(`${part.message_type} is no filing`);
  return kind;
}

/** Numbers that stay when the new data leave them out. */
const identityOf = (kind: FilingKind, part: FilingPart): FilingData =>
  kind.number ? { [kind.number]: part.filing[kind.number] } : {};

/** Numbers that port and customs gave the filing, as far as its message has a place for them. */
function numbersOf(kind: FilingKind, part: FilingPart): FilingData {
  const numbers: Record<string, unknown> = {};
  if (part.pre_no && kind.headFields.has('preNo')) numbers.preNo = part.pre_no;
  if (part.given_no && kind.given && kind.headFields.has(kind.given)) numbers[kind.given] = part.given_no;
  return numbers;
}
