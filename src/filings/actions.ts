import { FaultError, type Fault } from '../base/fault.js';
import { makeFault, notFoundFault } from '../base/faults.js';
import type { Access } from '../enterprises/access.js';
import type { Delivery } from '../terms/delivery.js';
import type { Verdict } from '../terms/verdict.js';
import { lockDocuments } from '../store/locks.js';
import type { Queryable } from '../store/store.js';
import { checkFiling } from './check.js';
import type { FilingContext } from './context.js';
import { complete, createFiling, storeParts, unknownKind } from './create.js';
import { linesOf, textOf, tidy, type FilingData } from './data.js';
import { ownerOf } from './draft.js';
import type { FilingKind } from './kinds.js';
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

interface PartRow {
  id: string;
  tenant_id: string;
  message_type: string;
  revision: number;
  app_type: string;
  current: boolean;
  delivery: Delivery;
  verdict: Verdict;
  accepted: boolean;
  message_id: string | null;
  pre_no: string | null;
  given_no: string | null;
  document_key: string;
  filing: FilingData;
}

/** The parts of the newest revision of a filing, locked. Throws A03 (404) for one that is not the asker's. */
async function lockParts(tx: Queryable, access: Access, filingId: string): Promise<[PartRow, ...PartRow[]]> {
  const { rows: ids } = await tx.query<{ id: string }>(
    'select id from documents where filing_id = $1 and tenant_id = any($2)',
    [filingId, access.tenants],
  );
  await lockDocuments(
    tx,
    ids.map((d) => d.id),
  );
  const { rows } = await tx.query<PartRow>(
    `select id, tenant_id, message_type, revision, app_type, current, delivery, verdict, accepted, message_id, pre_no,
            given_no, document_key, filing
       from documents where id = any($1) order by id`,
    [ids.map((d) => d.id)],
  );
  // A revision that was put aside before it left counts only when there is no other.
  const kept = rows.filter((r) => r.current || r.message_id !== null);
  const newest = Math.max(...(kept.length > 0 ? kept : rows).map((r) => r.revision));
  const [first, ...rest] = rows.filter((r) => r.revision === newest);
  if (!first) throw new FaultError([notFoundFault('后续单证 / filing')], 404);
  return [first, ...rest];
}

type Action = 'change' | 'delete';
const ACTION = {
  change: { zh: '变更', en: 'changed', appType: '2' },
  delete: { zh: '删除', en: 'deleted', appType: '3' },
} as const;

/** Why an action is not possible, and what to do instead. */
const OBSTACLES = {
  unsupported: {
    reason: '该报文没有此报送类型',
    reasonEn: 'its message has no such appType',
    remedy: '如有需要，请另行申报',
    remedyEn: 'File another where one is needed',
  },
  unanswered: {
    reason: '已发送，尚未收到海关回执',
    reasonEn: 'it was sent and customs has not answered yet',
    remedy: '收到回执后再办理；投递异常的请先重发',
    remedyEn: 'Wait for the receipt; send it again where delivery went wrong',
  },
  granted: {
    reason: '海关已同意，撤销或退货已经生效',
    reasonEn: 'customs granted it and it has taken effect',
    remedy: '后续变化请另行申报',
    remedyEn: 'File anew for what changed afterwards',
  },
  refused: {
    reason: '海关已退单，没有可删除的单证',
    reasonEn: 'customs refused it and holds nothing to delete',
    remedy: '如需重新申报，请办理变更：以原编号重新发送',
    remedyEn: 'To file it again, change it: it goes again under its number',
  },
  deleted: {
    reason: '该单证已删除',
    reasonEn: 'it is deleted already',
    remedy: '如有需要，请另行申报',
    remedyEn: 'File another where one is needed',
  },
  summarised: {
    reason: '海关已返回汇总结果',
    reasonEn: 'customs has sent summary results',
    remedy: '请在报关单上办理修改或撤销',
    remedyEn: 'Correct or withdraw the customs declaration itself',
  },
  renumbered: {
    reason: '编号或责任主体与原单不同',
    reasonEn: 'its number or the party that answers for it differs',
    remedy: '保持原编号和责任主体；确需更换的，先删除原单再申报',
    remedyEn: 'Keep both; to use others, delete this one and file anew',
  },
  repartitioned: {
    reason: '变更后的拆分报文数与原单不同',
    reasonEn: 'the change would need another number of parts',
    remedy: '先删除原单，再重新申报',
    remedyEn: 'Delete this one and file anew',
  },
} as const;

const obstacle = (kind: FilingKind, action: Action, why: keyof typeof OBSTACLES): Fault =>
  makeFault('L20', 'id', {
    filing: kind.mapping.title.zh,
    filingEn: kind.mapping.title.en,
    action: ACTION[action].zh,
    actionEn: ACTION[action].en,
    ...OBSTACLES[why],
  });

const wasRefused = (p: PartRow) =>
  p.verdict === 'refused' || p.verdict === 'failed' || p.delivery === 'refused';

/** What stands in the way of changing or deleting a filing; undefined when nothing does. */
async function hindrance(
  tx: Queryable,
  kind: FilingKind,
  action: Action,
  parts: readonly PartRow[],
): Promise<keyof typeof OBSTACLES | undefined> {
  if (
    parts.every((p) => p.app_type === '3' && !wasRefused(p)) ||
    parts.every((p) => !p.current && p.message_id === null)
  )
    return 'deleted';
  if (parts.every((p) => p.message_id === null)) return undefined;
  const refused = parts.every(wasRefused);
  if (refused) return action === 'change' ? undefined : 'refused';
  if (!kind.corrections.includes(ACTION[action].appType)) return 'unsupported';
  if (parts.some((p) => !wasRefused(p) && (p.verdict === 'none' || p.verdict === 'received')))
    return 'unanswered';
  if (kind.effect && parts.some((p) => p.accepted)) return 'granted';
  const { rows } = await tx.query('select 1 from pushed_messages where document_id = any($1) limit 1', [
    parts.map((p) => p.id),
  ]);
  return rows.length > 0 ? 'summarised' : undefined;
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
): Promise<void> {
  const parts = await lockParts(tx, access, filingId);
  const [first] = parts;
  const kind = kindOf(context, first);
  const why = await hindrance(tx, kind, 'change', parts);
  if (why) throw new FaultError([obstacle(kind, 'change', why)], 409);
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
  const left = parts.some((p) => p.message_id !== null);
  const again = parts.every(wasRefused);
  const count = kind.split ? Math.max(1, Math.ceil(linesOf(data).length / kind.split)) : 1;
  if (left && !again && count !== parts.length) faults.push(obstacle(kind, 'change', 'repartitioned'));
  if (faults.length > 0) throw new FaultError(faults);
  await replace(tx, parts);
  await storeParts(tx, context, {
    messageType: kind.message,
    tenantId: first.tenant_id,
    declarationIds: lists.map((l) => l.id),
    createdBy: access.actor,
    kind,
    data,
    lists,
    appType: !left ? (first.app_type === '2' ? '2' : '1') : again && first.app_type === '1' ? '1' : '2',
    revision: await nextRevision(tx, filingId),
    filingId,
  });
}

/**
 * Deletes a filing: one that never left is put aside, one that customs holds is deleted by a message (appType 3).
 * Throws A03 (404) or L20 (409).
 */
export async function deleteFiling(
  tx: Queryable,
  context: FilingContext,
  access: Access,
  filingId: string,
): Promise<void> {
  const parts = await lockParts(tx, access, filingId);
  const [first] = parts;
  const kind = kindOf(context, first);
  const why = await hindrance(tx, kind, 'delete', parts);
  if (why) throw new FaultError([obstacle(kind, 'delete', why)], 409);
  await replace(tx, parts);
  if (parts.every((p) => p.message_id === null)) {
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

/** Also counts revisions that were put aside. */
async function nextRevision(tx: Queryable, filingId: string): Promise<number> {
  const { rows } = await tx.query<{ n: number }>(
    'select max(revision)::int + 1 as n from documents where filing_id = $1',
    [filingId],
  );
  return rows[0]?.n ?? 1;
}

function kindOf(context: FilingContext, part: PartRow): FilingKind {
  const kind = context.kinds.get(part.message_type);
  if (!kind) throw new Error(`${part.message_type} is no filing`);
  return kind;
}

/** Numbers that stay when the new data leave them out. */
const identityOf = (kind: FilingKind, part: PartRow): FilingData =>
  kind.number ? { [kind.number]: part.filing[kind.number] } : {};

/** Numbers that port and customs gave the filing, as far as its message has a place for them. */
function numbersOf(kind: FilingKind, part: PartRow): FilingData {
  const numbers: Record<string, unknown> = {};
  if (part.pre_no && kind.headFields.has('preNo')) numbers.preNo = part.pre_no;
  if (part.given_no && kind.given && kind.headFields.has(kind.given)) numbers[kind.given] = part.given_no;
  return numbers;
}

/** Takes the present revision out of force; what has not left will not leave. */
async function replace(tx: Queryable, parts: readonly PartRow[]): Promise<void> {
  await tx.query(
    `update documents set current = false,
            delivery = case when message_id is null then 'waiting' else delivery end,
            waiting_for = case when message_id is null then null else waiting_for end
      where id = any($1)`,
    [parts.map((p) => p.id)],
  );
}
