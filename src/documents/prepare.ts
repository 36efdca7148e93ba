import { createHash } from 'node:crypto';
import { failPoint } from '../base/failPoint.js';
import type { Log } from '../base/log.js';
import { newGuid, newId } from '../base/ids.js';
import { keyInForce } from './keys.js';
import type { OrderData } from '../messages/values.js';
import type { Families } from '../messages/families/families.js';
import type { FamilyDocument } from '../messages/families/family.js';
import type { SignerRegistry } from '../signing/signer.js';
import { LOCK_CLASS } from '../store/advisory.js';
import { lockDocuments } from '../store/locks.js';
import { isOver } from '../store/pauses.js';
import { isUnavailable, wake, type Queryable, type Store } from '../store/store.js';
import { attachmentsFor, carriedFiles } from './attachments.js';
import type { Gathering, Group } from './gathering.js';
import { numbersFor } from './numbers.js';
import { blamed, KeyFailed, keyRests, keySigned, openSigner, reasonOf, restKey } from './failingKeys.js';
import { NoSigner, sealMessage, type SealContext } from './seal.js';

/** What a document is written from: an order, or the data of a filing (then `order` holds these). */
export interface WrittenDocument {
  guid: string;
  /** The number by which its receipts name it, where the order has none. */
  key?: string;
  appType: string;
  copNo: string;
  preNo: string | null;
  invtNo: string | null;
  order: OrderData;
  /** The bytes of the file it carries. */
  content?: Buffer;
}

export interface PrepareContext extends SealContext {
  log: Log;
  families: Families;
  signers: SignerRegistry;
  /** Documents a message may hold (specification: at most 100). */
  batch: number;
  /** Recomputes the summaries of declarations whose documents moved. */
  refresh(tx: Queryable, declarationIds: string[]): Promise<void>;
  /** For how many months a key of this message belongs to one declaration; for good when undefined. */
  keyMonths(messageType: string): number | undefined;
  /** Where messages are made as documents become ready; without it each takes what there is. */
  gathering?: Gathering | undefined;
}

interface ReadyRow {
  id: string;
  tenant_id: string;
  declaration_id: string | null;
  filing_id: string | null;
  message_type: string;
  /** Null where its family has one edition only. */
  edition: string | null;
  document_key: string;
  responsible_code: string;
  guid: string;
  app_type: string;
  cop_no: string;
  pre_no: string | null;
  invt_no: string | null;
  build_failures: number;
  body: OrderData;
}

/**
 * Takes documents that are ready (of one tenant, message type, edition and signer), makes one signed message of them and stores
 * it with its outbox row: one transaction, so that a crash leaves either everything or nothing. Returns how many
 * documents went into the message; 0 when none was ready.
 */
export async function prepareOne(store: Store, context: PrepareContext): Promise<number> {
  let taken: ReadyRow[] = [];
  try {
    return await store.transaction((tx) => prepare(store, tx, context, (rows) => (taken = rows)));
  } catch (thrown) {
    const error = blamed(thrown);
    if (error instanceof NoSigner) await waitForParty(store, taken, context.refresh);
    else if (error instanceof NotOfThisVersion) await leaveToNewer(store, taken, error, context.log);
    else if (error instanceof KeyFailed) await waitForKey(store, taken, error, context.log);
    else if (isUnavailable(error) || taken.length === 0) throw error;
    else {
      // Whatever stands in the way, it stands in the way of these documents alone.
      await holdBack(store, taken, reasonOf(error), context.refresh);
      context.log.error(
        { documents: taken.length, type: taken[0]?.message_type, err: error },
        'message not built',
      );
    }
    return taken.length;
  }
}

async function prepare(
  store: Store,
  tx: Queryable,
  context: PrepareContext,
  take: (rows: ReadyRow[]) => void,
): Promise<number> {
  const claimed = await claim(tx, context.batch, {
    busy: context.signers.busy?.() ?? [],
    types: context.families.types(),
    resting: context.gathering?.resting() ?? [],
  });
  const head = claimed[0];
  if (!head) return 0;
  take(claimed);
  const message = context.families.message(head.message_type, head.edition ?? undefined);
  if (!message) throw new NotOfThisVersion(`${head.message_type} ${head.edition ?? ''}`);
  if (head.build_failures === 0)
    context.gathering?.made(groupOf(head), claimed.length, Math.min(context.batch, message.limit));
  // A document that failed before goes alone, so that it cannot fail others.
  const rows = await freeToGo(tx, claimed.slice(0, head.build_failures > 0 ? 1 : message.limit), context);
  const first = rows[0];
  // All of them wait for their number; the next call takes others.
  if (!first) return claimed.length;
  take(rows);
  const signer =
    message.seal.signature === 'none'
      ? undefined
      : await openSigner(store, context.signers, first.responsible_code, tx);
  const now = context.clock.now();
  const guid = newGuid();
  const numbers = await numbersFor(
    tx,
    rows.map((r) => r.id),
    message.writesNumbers ?? [],
  );
  const attached = message.attaches
    ? await attachmentsFor(
        tx,
        rows.flatMap((r) => r.declaration_id ?? []),
      )
    : undefined;
  const attachmentsOf = (r: ReadyRow) => attached?.get(r.declaration_id ?? '') ?? [];
  const carried = message.carries
    ? await carriedFiles(
        tx,
        rows.flatMap((r) => r.filing_id ?? []),
      )
    : undefined;
  const documents = rows.map((r) => {
    const content = carried?.get(r.filing_id ?? '');
    return {
      ...familyDocument({ ...written(r), ...(content ? { content } : {}) }, now, numbers.get(r.id)),
      ...(attached ? { attachments: attachmentsOf(r) } : {}),
    };
  });
  const bytes = await sealMessage(message, guid, documents, signer, context);
  if (signer?.failing) await keySigned(tx, first.responsible_code);
  await tx.query(
    `with made as (
       insert into messages (id, tenant_id, message_type, guid, signer_code, suite, key_name, bytes, sha256, document_count, delivery, created_at, attachments)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'queued', $11, $12)
     ), boxed as (
       insert into outbox (message_id, tenant_id) values ($1, $2)
     )
     update documents set delivery = 'queued', message_id = $1, app_time = $11 where id = any($13)`,
    [
      newId(),
      first.tenant_id,
      first.message_type,
      guid,
      signer ? first.responsible_code : null,
      signer?.suite ?? null,
      signer?.keyName ?? null,
      bytes,
      createHash('sha256').update(bytes).digest(),
      rows.length,
      now,
      attached ? rows.flatMap((r) => attachmentsOf(r).map((a) => a.id)) : null,
      rows.map((r) => r.id),
    ],
  );
  await wake(tx, 'dispatch');
  failPoint('prepare:claimed');
  return rows.length;
}

const groupOf = (r: ReadyRow): Group => ({
  tenantId: r.tenant_id,
  messageType: r.message_type,
  code: r.responsible_code,
});

const GIVE_UP_AFTER = 6;
/** The longest a document is held back between two tries, in seconds. */
const LONGEST_HOLD = 15 * 2 ** (GIVE_UP_AFTER - 1);

/** Documents whose key is gone wait for their party again. */
async function waitForParty(
  store: Store,
  rows: readonly ReadyRow[],
  refresh: PrepareContext['refresh'],
): Promise<void> {
  await store.transaction(async (tx) => {
    const ids = rows.map((r) => r.id);
    await lockDocuments(tx, ids);
    await tx.query(
      `update documents set delivery = 'waiting', waiting_for = 'party' where id = any($1) and delivery = 'ready'`,
      [ids],
    );
    await refresh(tx, [...new Set(rows.flatMap((r) => r.declaration_id ?? []))]);
  });
}

/** An edition that only a newer version, at work beside this one, can write. */
class NotOfThisVersion extends Error {}

const LEFT_SECONDS = 30;

/** Documents this version cannot write stay ready for one that can, and are not counted as failed. */
async function leaveToNewer(
  store: Store,
  rows: readonly ReadyRow[],
  { message }: NotOfThisVersion,
  log: Log,
): Promise<void> {
  await store.query(
    `update documents set hold_until = now() + make_interval(secs => $2) where id = any($1) and delivery = 'ready'`,
    [rows.map((r) => r.id), LEFT_SECONDS],
  );
  log.warn({ documents: rows.length, edition: message }, 'left to a newer version');
}

/** Documents whose key fails stay ready: they wait for the key, not the key for them. */
async function waitForKey(
  store: Store,
  rows: readonly ReadyRow[],
  failure: KeyFailed,
  log: Log,
): Promise<void> {
  const code = rows[0]?.responsible_code ?? '';
  await restKey(store, code, failure);
  log.error(
    { enterprise: code, documents: rows.length, reason: failure.message },
    'key fails: its documents wait',
  );
}

/**
 * Puts documents aside whose message could not be built or signed: the next try is alone, later ones wait longer each
 * time, and after the last a person decides (delivery `dead`).
 */
async function holdBack(
  store: Store,
  rows: readonly ReadyRow[],
  reason: string,
  refresh: PrepareContext['refresh'],
): Promise<void> {
  await store.transaction(async (tx) => {
    await lockDocuments(
      tx,
      rows.map((r) => r.id),
    );
    await tx.query(
      `update documents set build_failures = build_failures + 1, failure = $3,
              delivery = case when build_failures + 1 >= $2 then 'dead' else delivery end,
              hold_until = case when build_failures = 0 then null else now() + interval '15 seconds' * power(2, build_failures) end
        where id = any($1) and delivery = 'ready'`,
      [rows.map((r) => r.id), GIVE_UP_AFTER, reason],
    );
    await refresh(tx, [...new Set(rows.flatMap((r) => r.declaration_id ?? []))]);
  });
}

/**
 * Locks documents that are ready, and only then reads what they say: a correction that was stored before the lock is in
 * what is signed, one that comes later finds the document gone.
 *
 * Leaves out what would only wait behind the signatures of `busy` enterprises, so that others' messages are made meanwhile,
 * the groups that are `resting`, and what is of none of the `types` this version writes: a newer one beside it does.
 */
async function claim(
  tx: Queryable,
  batch: number,
  { busy, types, resting }: { busy: readonly string[]; types: readonly string[]; resting: readonly Group[] },
): Promise<ReadyRow[]> {
  const { rows: mine } = await tx.query<{ id: string }>(
    `with head as (
       select tenant_id, message_type, edition, responsible_code, build_failures > 0 as alone from documents
        where delivery = 'ready' and (hold_until is null or ${isOver('hold_until', LONGEST_HOLD)}) and not ${keyRests('responsible_code')}
          and responsible_code <> all($2) and message_type = any($3)
          and (tenant_id, message_type, responsible_code) not in (select * from unnest($4::uuid[], $5::text[], $6::text[]))
        order by id limit 1 for update skip locked
     )
     select d.id from documents d join head h using (tenant_id, message_type, responsible_code)
      where d.delivery = 'ready' and (d.hold_until is null or ${isOver('d.hold_until', LONGEST_HOLD)})
        and (d.build_failures > 0) = h.alone and d.edition is not distinct from h.edition order by d.id limit $1 for update of d skip locked`,
    [
      batch,
      busy,
      types,
      resting.map((g) => g.tenantId),
      resting.map((g) => g.messageType),
      resting.map((g) => g.code),
    ],
  );
  if (mine.length === 0) return [];
  const { rows } = await tx.query<ReadyRow>(
    `select d.id, d.tenant_id, d.declaration_id, d.filing_id, d.message_type, d.edition, d.document_key, d.responsible_code, d.guid, d.app_type, d.cop_no,
            d.pre_no, d.invt_no, d.build_failures, coalesce(d.filing, r.body, o.body) as body
       from unnest($1::uuid[]) as k (id) join documents d using (id)
       left join orders o on o.id = d.declaration_id
       left join order_revisions r on r.order_id = d.declaration_id and r.revision = d.order_revision
      order by d.id`,
    [mine.map((m) => m.id)],
  );
  return rows;
}

/**
 * The documents whose key no other declaration has under way or at customs; the others wait for their number. Two
 * processes that prepare the same key do so one after the other. Changes and deletions speak of what customs holds for
 * the same declaration, so only new documents are looked at.
 */
async function freeToGo(
  tx: Queryable,
  rows: readonly ReadyRow[],
  context: PrepareContext,
): Promise<ReadyRow[]> {
  const wanted = rows.filter((r) => r.declaration_id !== null && r.app_type === '1');
  if (wanted.length === 0) return [...rows];
  await tx.query(
    `select pg_advisory_xact_lock(${LOCK_CLASS.documentKey}, h) from (
       select distinct hashtext(k) as h from unnest($1::text[]) as u (k) order by 1) as o`,
    [wanted.map((r) => `${r.message_type} ${r.document_key}`)],
  );
  const { rows: taken } = await tx.query<{ id: string }>(
    `select distinct k.id
       from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[]) as k (id, message_type, document_key, declaration_id)
       join documents d on d.message_type = k.message_type and d.document_key = k.document_key and d.declaration_id <> k.declaration_id
       join declarations c on c.id = d.declaration_id
      where d.current and d.filing is null and d.message_id is not null and d.delivery <> 'refused'
        and ${keyInForce('d', 'c', '$5::int')}`,
    [
      wanted.map((r) => r.id),
      wanted.map((r) => r.message_type),
      wanted.map((r) => r.document_key),
      wanted.map((r) => r.declaration_id),
      context.keyMonths(wanted[0]?.message_type ?? '') ?? null,
    ],
  );
  const waits = new Set(taken.map((t) => t.id));
  // Of two in one message the second waits as well.
  const seen = new Set<string>();
  for (const row of wanted) {
    if (waits.has(row.id)) continue;
    if (seen.has(row.document_key)) waits.add(row.id);
    seen.add(row.document_key);
  }
  if (waits.size > 0) {
    await tx.query(`update documents set delivery = 'waiting', waiting_for = 'number' where id = any($1)`, [
      [...waits],
    ]);
    await context.refresh(tx, [
      ...new Set(rows.flatMap((r) => (waits.has(r.id) && r.declaration_id ? [r.declaration_id] : []))),
    ]);
  }
  return rows.filter((r) => !waits.has(r.id));
}

const written = (r: ReadyRow): WrittenDocument => ({
  guid: r.guid,
  key: r.document_key,
  appType: r.app_type,
  copNo: r.cop_no,
  preNo: r.pre_no,
  invtNo: r.invt_no,
  order: r.body,
});

/** A document as its family writes it. Declared (appStatus 2) at `appTime`. */
export const familyDocument = (
  d: WrittenDocument,
  appTime: Date,
  numbers?: Readonly<Record<string, string>>,
): FamilyDocument => ({
  order: d.order,
  document: {
    guid: d.guid,
    appType: d.appType,
    appTime,
    appStatus: '2',
    copNo: d.copNo,
    ...(d.key === undefined ? {} : { key: d.key }),
    ...(d.preNo ? { preNo: d.preNo } : {}),
    ...(d.invtNo ? { invtNo: d.invtNo } : {}),
  },
  ...(numbers ? { numbers } : {}),
  ...(d.content ? { content: d.content } : {}),
});
