import { failPoint } from '../base/failPoint.js';
import { makeFault } from '../base/faults.js';
import { FaultError, type Fault } from '../base/fault.js';
import { newId } from '../base/ids.js';
import type { Log } from '../base/log.js';
import type { StatusBook } from '../clearance/statuses.js';
import type { ListState } from '../declarations/refresh.js';
import type { ReceivedPush } from '../filings/pushedKinds.js';
import type { Acceptance } from '../messages/families/family.js';
import { toJsonb } from '../store/jsonb.js';
import { isUnavailable, OPERATOR_TENANT, wake, type Queryable, type Store } from '../store/store.js';
import { tickOf } from '../store/ticks.js';
import { attributeByNumbers } from './numbers.js';
import type { ReadFile } from './facts.js';
import { recompute } from './recompute.js';
import { nameFacts, type NamedFact } from './store.js';

export interface ApplyContext {
  log?: Log | undefined;
  statuses: StatusBook;
  /** Reads a file; a large one apart from the process, with a limit of time and memory. */
  read(bytes: Buffer, origin: string): Promise<ReadFile>;
  /** From when on a document of this message counts as taken in. */
  acceptance(messageType: string, edition: string | null): Acceptance | undefined;
  /** The message that receipts of this type answer; undefined for those that may answer any (CEB900). */
  receiptOf(messageType: string): string | undefined;
  /** The message that is the declaration itself. */
  isList(messageType: string): boolean;
  /** The messages that are applications for inspection. */
  applications: readonly string[];
  /** True for declarations of goods that may be inspected: their release may wait for an application. */
  inspectable(messageType: string): boolean;
  /** Makes the inspection tasks of these documents what their receipts say. */
  inspect(tx: Queryable, documentIds: string[]): Promise<void>;
  /** Lets go on what waited, and shows where declarations stand, with what customs says of their lists. */
  refresh(tx: Queryable, declarationIds: string[], lists?: readonly ListState[]): Promise<void>;
  /** Makes the counting records of declarations follow what customs said of their lists. */
  count(tx: Queryable, declarationIds: string[]): Promise<void>;
  /** What follows for revisions, declarations and figures when filings moved; returns the numbers customs gave them. */
  filed(tx: Queryable, documentIds: string[]): Promise<string[]>;
  /** Stores what customs sends unasked, each once. */
  push(tx: Queryable, pushed: readonly ReceivedPush[]): Promise<void>;
  /** Numbers of filings and lists became known: what was pushed about them before is theirs. */
  claim(tx: Queryable, numbers: readonly string[]): Promise<void>;
}

/** Bytes of files that are applied together. */
const MOST_BYTES = 16 << 20;
/** Time for reading the files of one transaction. */
const READING_MS = 5_000;

interface RawFile {
  id: string;
  bytes: Buffer;
  origin: string;
  received_at: Date;
  tick: number;
}

interface FileRead {
  file: RawFile;
  content: ReadFile;
}

/**
 * Applies stored receipt files, up to `limit` in one transaction. When that fails, each of them alone: the one at fault
 * goes to the tray with what was wrong, its neighbours are applied. Throws only when the database itself cannot be used,
 * and then nothing is lost. Returns how many files are done.
 */
export async function applyReceipts(store: Store, context: ApplyContext, limit: number): Promise<number> {
  let taken: string[] = [];
  try {
    return await store.transaction(async (tx) => {
      const files = await readInTime(await take(tx, limit), context);
      taken = files.map(({ file }) => file.id);
      await applyFiles(tx, files, context);
      return files.length;
    });
  } catch (error) {
    if (isUnavailable(error) || taken.length === 0) throw error;
    for (const id of taken) await applyAlone(store, context, id);
    return taken.length;
  }
}

async function applyAlone(store: Store, context: ApplyContext, id: string): Promise<void> {
  try {
    await store.transaction(async (tx) =>
      applyFiles(tx, await readInTime(await take(tx, 1, id), context), context),
    );
  } catch (error) {
    if (isUnavailable(error)) throw error;
    context.log?.error({ file: id, err: error }, 'receipt file set aside');
    const reason = error instanceof Error ? error.message : String(error);
    await store.transaction(async (tx) => {
      const [file] = await take(tx, 1, id);
      if (file) await setAside(tx, file.id, null, [makeFault('D32', '', { reason: reason.slice(0, 200) })]);
    });
  }
}

/** The oldest files nobody else has, as many as `MOST_BYTES` hold, one at least. */
async function take(tx: Queryable, limit: number, only?: string): Promise<RawFile[]> {
  const { rows } = await tx.query<RawFile>(
    `with due as (
       select id, octet_length(bytes) as size from raw_receipts
        where state = 'stored' and ($2::uuid is null or id = $2) order by id limit $1 for update skip locked)
     select r.id, r.bytes, r.origin, r.received_at, ${tickOf('r.tick', 'r.received_at')} as tick
       from (select id, sum(size) over (order by id) - size as before from due) d join raw_receipts r on r.id = d.id
      where d.before < $3 order by r.id`,
    [limit, only ?? null, MOST_BYTES],
  );
  return rows;
}

/** Reads files one after the other; those that `READING_MS` do not suffice for are left for the next time. */
async function readInTime(files: readonly RawFile[], context: ApplyContext): Promise<FileRead[]> {
  const from = performance.now();
  const read: FileRead[] = [];
  for (const file of files) {
    read.push({ file, content: await readSafely(file, context) });
    if (performance.now() - from > READING_MS) break;
  }
  return read;
}

/** The path of files that were read: attributed and stored receipt by receipt, states computed anew, effects. */
async function applyFiles(tx: Queryable, read: readonly FileRead[], context: ApplyContext): Promise<void> {
  if (read.length === 0) return;
  const facts = read.flatMap(({ file, content }) =>
    'facts' in content
      ? // Read just now and nobody else's: a copy more of each would be for nothing.
        content.facts.map((f, position) =>
          Object.assign(f, { rawId: file.id, receivedAt: file.received_at, tick: file.tick, position }),
        )
      : [],
  );
  const named = await nameFacts(tx, facts);
  const moved = await attributeByNumbers(tx, named, context.statuses, named);
  await recompute(tx, moved, context);
  const pushed = read.flatMap(({ file, content }) =>
    'pushed' in content
      ? content.pushed.map((p) => ({ ...p, rawId: file.id, receivedAt: file.received_at }))
      : [],
  );
  if (pushed.length > 0) await context.push(tx, pushed);
  for (const { file, content } of read)
    if ('faults' in content) await setAside(tx, file.id, content.messageType, content.faults);
  await markApplied(
    tx,
    read.flatMap(({ file, content }) =>
      'faults' in content ? [] : [{ id: file.id, messageType: content.messageType }],
    ),
    named,
  );
  await wake(tx, 'declarations');
  failPoint('receipts:applied');
}

/** Whatever reading throws is a fault of this file alone. */
async function readSafely(file: RawFile, context: ApplyContext): Promise<ReadFile> {
  try {
    return await context.read(file.bytes, file.origin);
  } catch (error) {
    if (error instanceof FaultError) return { messageType: null, faults: [...error.faults] };
    context.log?.error({ file: file.id, err: error }, 'receipt file not read');
    const reason = error instanceof Error ? error.message : String(error);
    return { messageType: null, faults: [makeFault('D32', '', { reason: reason.slice(0, 200) })] };
  }
}

/** Puts a file into the tray with what is wrong with it. */
async function setAside(
  tx: Queryable,
  rawId: string,
  messageType: string | null,
  faults: readonly Fault[],
): Promise<void> {
  await tx.query(`update raw_receipts set state = 'unreadable', message_type = $2 where id = $1`, [
    rawId,
    messageType,
  ]);
  await tx.query(
    `insert into tray (id, tenant_id, raw_id, reason, faults) values ($1, $2, $3, 'unreadable', $4)`,
    [newId(), OPERATOR_TENANT, rawId, toJsonb(faults)],
  );
  await wake(tx, 'tray');
}

/** Marks files applied; a file that speaks of one tenant only becomes that tenant's. */
async function markApplied(
  tx: Queryable,
  files: readonly { id: string; messageType: string }[],
  named: readonly NamedFact[],
): Promise<void> {
  if (files.length === 0) return;
  await tx.query(
    `with owned as (
       select f.raw_id, array_agg(distinct r.tenant_id) as tenants
         from unnest($3::uuid[], $4::bytea[]) as f (raw_id, identity) join receipts r on r.identity = f.identity group by 1
     )
     update raw_receipts w set state = 'applied', message_type = f.message_type, tenants = coalesce(o.tenants, '{}'),
            tenant_id = case when cardinality(o.tenants) = 1 then o.tenants[1] else w.tenant_id end
       from unnest($1::uuid[], $2::text[]) as f (id, message_type) left join owned o on o.raw_id = f.id
      where w.id = f.id`,
    [
      files.map((f) => f.id),
      files.map((f) => f.messageType),
      named.map((f) => f.rawId),
      named.map((f) => f.identity),
    ],
  );
}
