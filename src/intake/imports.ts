import { failPoint } from '../base/failPoint.js';
import { FaultError, type Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import type { Log } from '../base/log.js';
import { visibleTenants, type Access } from '../enterprises/access.js';
import type { Role } from '../terms/role.js';
import type { OrderFormat } from '../orders/read/format.js';
import { weightOf } from '../orders/read/draft.js';
import type { Checkpoint, ReadChecked, ReadOrder } from '../orders/read/readOrders.js';
import { storableText, toJsonb } from '../store/jsonb.js';
import { isOver } from '../store/pauses.js';
import { wake, type Queryable, type Store } from '../store/store.js';
import type { IntakeJourney } from './context.js';
import type { GoodsFields } from '../goods/item.js';
import { profileSchema } from '../orders/columns/profile.js';
import type { TableNotes } from '../orders/read/table.js';
import { Completer } from '../sellers/complete.js';
import { savedProfiles } from '../sellers/profiles.js';
import { remembering, rememberTable } from './columnsRead.js';
import { Sellers } from './sellers.js';
import { submitOrders } from './submit.js';

/** Orders checked and stored in one transaction; also the step of progress and of resuming. */
const STEP_ORDERS = 500;
/** … or so many bytes of them, whichever comes first. */
const STEP_BYTES = 4 << 20;
export const LEASE_SECONDS = 60;
const BEAT_MS = 20_000;
const ANALYZE_FROM = 2000;
/** What remains of a small import: it overtakes large ones in a lane of its own. */
const SMALL_BYTES = 4 << 20;
/** The same of a workbook, which is packed and held as a whole. */
const SMALL_WORKBOOK_BYTES = 512 << 10;
/** Process ends without progress after which an import is set aside. */
const MOST_DEATHS = 2;
/** Faults an import keeps one by one in one go; orders after them keep which codes they have. */
const FAULTS_KEPT = 50_000;
/** With so many faulty orders, more than good ones, it is the wrong file: a person looks before it goes on. */
const FAULTY_ORDERS = 20_000;
/** What stops an import without making it worthless: a person may go on with it. */
const RESUMABLE: ReadonlySet<string> = new Set(['I60', 'I61', 'I63']);

interface ImportRow {
  id: string;
  tenant_id: string;
  seller_tenant_id: string | null;
  format: OrderFormat;
  checkpoint: Checkpoint | null;
  /** Orders done so far; tells whether another process went on with the import meanwhile. */
  orders: number;
  deaths: number;
  created_by: string;
  role: Role;
  profile: unknown;
}

export interface ImportContext {
  store: Store;
  journey: IntakeJourney;
  log: Log;
  read: ReadChecked;
  goodsFields: GoodsFields;
  /** Takes small imports only, so that they need not wait for large ones. */
  smallOnly?: boolean;
  /** True once the process wants to stop; the import is then left for another to resume. */
  stopping(): boolean;
}

/**
 * Takes one queued import, or one whose process died, and works through it. Progress, verdicts and orders of a step are
 * one transaction, so that it goes on exactly where it stopped. Returns false when there is none.
 */
export async function runNextImport(context: ImportContext): Promise<boolean> {
  const { store } = context;
  const { rows } = await store.query<ImportRow>(
    `update imports i set lease_until = now() + make_interval(secs => $1),
            deaths = case when i.lease_until is null then i.deaths else i.deaths + 1 end
       from tenants t
      where i.id = (select w.id from imports w
                     where w.state = 'running' and (w.lease_until is null or ${isOver('w.lease_until', LEASE_SECONDS)})
                       and (not $2 or w.bytes_total - w.bytes_read <= case w.format when 'xlsx' then $4::bigint else $3::bigint end)
                     order by (select count(*) from imports o where o.tenant_id = w.tenant_id and not ${isOver('o.lease_until', LEASE_SECONDS)}), w.id
                     limit 1 for update skip locked) and t.id = i.tenant_id
     returning i.id, i.tenant_id, i.seller_tenant_id, i.format, i.checkpoint, i.orders, i.deaths, i.created_by,
            i.profile, t.role`,
    [LEASE_SECONDS, context.smallOnly ?? false, SMALL_BYTES, SMALL_WORKBOOK_BYTES],
  );
  const row = rows[0];
  if (!row) return false;
  failPoint('imports:claimed');
  try {
    if (row.deaths >= MOST_DEATHS) throw new FaultError([makeFault('I61', '')]);
    await work(context, row);
  } catch (error) {
    const faults: readonly Fault[] = error instanceof FaultError ? error.faults : [];
    if (faults.length === 0) {
      context.log.error({ import: row.id, err: error }, 'import interrupted');
      await store.query(
        `update imports set state = 'interrupted', lease_until = null where id = $1 and state = 'running'`,
        [row.id],
      );
    } else if (faults.some((fault) => RESUMABLE.has(fault.code)))
      await store.query(
        `update imports set state = 'interrupted', error = $2, lease_until = null where id = $1 and state = 'running'`,
        [row.id, toJsonb(faults[0])],
      );
    else
      await store.query(
        `update imports set state = 'failed', error = $2, finished_at = now(), lease_until = null where id = $1 and state = 'running'`,
        [row.id, toJsonb(faults[0])],
      );
  }
  await wake(store, 'imports');
  return true;
}

/** What one go at an import came to so far. */
interface Run {
  orders: number;
  faulty: number;
}

/** Works through the import and keeps its lease while a long slice is read. */
async function work(context: ImportContext, row: ImportRow): Promise<void> {
  const beat = setInterval(() => {
    context.store
      .query(
        `update imports set lease_until = now() + make_interval(secs => $3) where id = $1 and state = 'running' and orders = $2`,
        [row.id, row.orders, LEASE_SECONDS],
      )
      .catch(() => undefined);
  }, BEAT_MS);
  try {
    await workThrough(context, row);
  } finally {
    clearInterval(beat);
  }
}

async function workThrough(context: ImportContext, row: ImportRow): Promise<void> {
  const { store } = context;
  const access: Access = {
    userId: null,
    actor: row.created_by,
    tenantId: row.tenant_id,
    role: row.role,
    tenants: await visibleTenants(store, row.tenant_id, row.role),
  };
  const sellers = await Sellers.of(store, access, row.seller_tenant_id ?? undefined);
  const completer = await Completer.of(store, access, context.goodsFields, row.seller_tenant_id ?? undefined);
  const seen: { table?: TableNotes | undefined } = {};
  // Before anything is stored, so that an import that goes on reads its columns alike.
  const remember = () => rememberTable(store, row.id, seen);
  const slices = context.read(chunksOf(store, row.id), {
    format: row.format,
    faultsKept: FAULTS_KEPT,
    ...(row.profile === null ? {} : { profile: profileSchema.parse(row.profile) }),
    saved: await savedProfiles(store, [row.seller_tenant_id ?? row.tenant_id, row.tenant_id]),
    complete: (orders) => completer.complete(orders),
    onTable: (notes) => void (seen.table = notes),
    ...(row.checkpoint ? { fromCheckpoint: row.checkpoint } : {}),
  });
  const run: Run = { orders: 0, faulty: 0 };
  let step: ReadOrder[] = [];
  let bytes = 0;
  for await (const slice of remembering(slices, remember)) {
    step.push(...slice);
    for (const { raw } of slice) bytes += weightOf(raw);
    if (step.length < STEP_ORDERS && bytes < STEP_BYTES) continue;
    if (!(await storeStep(context, row, sellers, step, run))) return;
    if (run.faulty >= FAULTY_ORDERS && run.faulty * 2 > run.orders)
      throw new FaultError([
        makeFault('I63', '', { faulty: String(run.faulty), orders: String(run.orders) }),
      ]);
    step = [];
    bytes = 0;
    if (context.stopping()) {
      await store.query('update imports set lease_until = null where id = $1', [row.id]);
      return;
    }
  }
  if (step.length > 0 && !(await storeStep(context, row, sellers, step, run))) return;
  // A large intake changes the shape of these tables; waiting for autovacuum would mean minutes of bad plans.
  if (run.orders >= ANALYZE_FROM) await store.query('analyze orders, declarations, documents');
  await store.query(
    `update imports set state = 'done', bytes_read = bytes_total, finished_at = now(), lease_until = null where id = $1 and state = 'running'`,
    [row.id],
  );
}

async function* chunksOf(store: Store, importId: string): AsyncGenerator<Buffer> {
  for (let n = 0; ; n++) {
    const { rows } = await store.query<{ bytes: Buffer }>(
      'select bytes from import_chunks where import_id = $1 and n = $2',
      [importId, n],
    );
    const chunk = rows[0];
    if (!chunk) return;
    yield chunk.bytes;
  }
}

/** Stores one step; false when the import was cancelled, or taken over by another process, meanwhile. */
async function storeStep(
  context: ImportContext,
  row: ImportRow,
  sellers: Sellers,
  step: readonly ReadOrder[],
  run: Run,
): Promise<boolean> {
  let faulty = 0;
  const stored = await context.store.transaction(async (tx) => {
    const { rows } = await tx.query<{ state: string; orders: number }>(
      'select state, orders from imports where id = $1 for update',
      [row.id],
    );
    if (rows[0]?.state !== 'running' || rows[0].orders !== row.orders) return false;
    const verdicts = await submitOrders(tx, step, {
      journey: context.journey,
      sellers,
      submittedBy: row.created_by,
      importId: row.id,
    });
    const bad = verdicts.flatMap((verdict, i) => {
      const raw = step[i]?.raw;
      return verdict.outcome === 'accepted' || !raw ? [] : [{ verdict, raw }];
    });
    await insertVerdicts(tx, row, bad);
    const last = step[step.length - 1];
    const count = (outcome: string) => verdicts.filter((v) => v.outcome === outcome).length;
    faulty = count('faulty');
    await tx.query(
      `update imports set orders = orders + $2, deaths = 0, accepted = accepted + $3, faulty = faulty + $4, already_there = already_there + $5,
              bytes_read = least($6, bytes_total), checkpoint = $7, lease_until = now() + make_interval(secs => $8) where id = $1`,
      [
        row.id,
        step.length,
        count('accepted'),
        count('faulty'),
        count('exists'),
        last?.bytesRead ?? 0,
        JSON.stringify(last?.checkpoint ?? null),
        LEASE_SECONDS,
      ],
    );
    await wake(tx, 'imports');
    return true;
  });
  if (stored) {
    row.orders += step.length;
    run.orders += step.length;
    run.faulty += faulty;
  }
  if (stored) failPoint('imports:stored');
  return stored;
}

async function insertVerdicts(
  tx: Queryable,
  row: ImportRow,
  bad: readonly { verdict: Awaited<ReturnType<typeof submitOrders>>[number]; raw: ReadOrder['raw'] }[],
): Promise<void> {
  if (bad.length === 0) return;
  await tx.query(
    `insert into import_verdicts (tenant_id, import_id, order_index, row_from, row_to, order_no, outcome, declaration_id, faults, raw)
     select $1, $2, v.* from unnest($3::int[], $4::int[], $5::int[], $6::text[], $7::text[], $8::uuid[], $9::jsonb[], $10::jsonb[]) as v
     on conflict do nothing`,
    [
      row.tenant_id,
      row.id,
      bad.map((b) => b.verdict.index),
      bad.map((b) => b.verdict.rows.from),
      bad.map((b) => b.verdict.rows.to),
      bad.map((b) => (b.verdict.orderNo === null ? null : storableText(b.verdict.orderNo))),
      bad.map((b) => b.verdict.outcome),
      bad.map((b) => b.verdict.declarationId),
      bad.map((b) => toJsonb([...b.verdict.faults, ...b.verdict.notices])),
      bad.map((b) => toJsonb(b.raw)),
    ],
  );
}
