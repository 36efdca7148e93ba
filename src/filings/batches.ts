import type { Log } from '../base/log.js';
import { FaultError, type Fault } from '../base/fault.js';
import { limitFaults } from '../base/faultLimit.js';
import { makeFault, notFoundFault } from '../base/faults.js';
import { newId } from '../base/ids.js';
import { visibleTenants, type Access } from '../enterprises/access.js';
import type { Role } from '../terms/role.js';
import { isUnavailable, wake, type Queryable, type Store } from '../store/store.js';
import { submitFiling } from './actions.js';
import { checkFiling } from './check.js';
import type { FilingContext } from './context.js';
import { complete, unknownKind } from './create.js';
import type { FilingData } from './data.js';
import { uncheckedDrafts, type DraftRequest } from './draft.js';
import { listsById } from './lists.js';

/** What the workers do with a draft. */
export type DraftWork = 'check' | 'submit';

/** A submitted draft is a filing and changes no more; all others may be checked and handed in again. */
const OPEN = `state <> 'submitted'`;
/** Drafts stored in one statement. */
const STORED = 200;

/** Asks for the drafts of a source; the workers make and check them. Returns the id. Throws L21 (422) for what is no filing. */
export async function createBatch(
  tx: Queryable,
  context: FilingContext,
  access: Access,
  request: DraftRequest,
): Promise<string> {
  if (!context.kinds.has(request.messageType))
    throw new FaultError([unknownKind(context, request.messageType)]);
  const id = newId();
  await tx.query(
    `insert into filing_batches (id, tenant_id, role, message_type, source, created_by) values ($1, $2, $3, $4, $5, $6)`,
    [id, access.tenantId, access.role, request.messageType, JSON.stringify(request.from), access.actor],
  );
  await wake(tx, 'filings');
  return id;
}

/** Locks a batch of the asker's own enterprise. Throws A03 (404). */
async function lockBatch(tx: Queryable, access: Access, id: string): Promise<{ messageType: string }> {
  const { rows } = await tx.query<{ message_type: string }>(
    'select message_type from filing_batches where id = $1 and tenant_id = $2 for update',
    [id, access.tenantId],
  );
  if (!rows[0]) throw new FaultError([notFoundFault('批量起草 / batch of drafts')], 404);
  return { messageType: rows[0].message_type };
}

/**
 * Has the workers check or hand in drafts of a batch: those of these numbers, or all that were not handed in yet.
 * Returns how many. Throws A03 (404).
 */
export async function runBatch(
  tx: Queryable,
  access: Access,
  id: string,
  work: DraftWork,
  numbers: readonly number[] | undefined,
): Promise<number> {
  await lockBatch(tx, access, id);
  const { rowCount } = await tx.query(
    `update filing_drafts set wanted = $2, asked_by = $3
      where batch_id = $1 and ${OPEN} and ($4::int[] is null or number = any($4))`,
    [id, work, access.actor, numbers ?? null],
  );
  await wake(tx, 'filings');
  return rowCount ?? 0;
}

/** What was not begun yet is left as it is; what is under way ends. Throws A03 (404). */
export async function cancelBatch(tx: Queryable, access: Access, id: string): Promise<void> {
  await lockBatch(tx, access, id);
  await tx.query('update filing_drafts set wanted = null where batch_id = $1 and wanted is not null', [id]);
}

/** Throws the drafts away; filings that were handed in stay. Throws A03 (404). */
export async function discardBatch(tx: Queryable, access: Access, id: string): Promise<void> {
  await lockBatch(tx, access, id);
  await tx.query('delete from filing_batches where id = $1', [id]);
}

/** Keeps what a person changed in a draft and checks it at once. Throws A03 (404), A08 (409) for one handed in already. */
export async function changeDraft(
  tx: Queryable,
  context: FilingContext,
  access: Access,
  id: string,
  number: number,
  data: FilingData,
): Promise<void> {
  const { messageType } = await lockBatch(tx, access, id);
  const { rows } = await tx.query<{ state: string; ids: string[] }>(
    `select state, declaration_ids as ids from filing_drafts
      where batch_id = $1 and number = $2 and tenant_id = any($3) for update`,
    [id, number, access.tenants],
  );
  const draft = rows[0];
  const kind = context.kinds.get(messageType);
  if (!draft || !kind) throw new FaultError([notFoundFault('单证草稿 / draft')], 404);
  if (draft.state === 'submitted')
    throw new FaultError(
      [makeFault('A08', 'number', { reason: '该草稿已提交 / the draft was handed in' })],
      409,
    );
  const whole = complete(context, kind, data);
  const lists = await listsById(tx, draft.ids, access.tenants);
  const faults = await checkFiling(tx, context, { kind, data: whole, lists });
  await tx.query(
    `update filing_drafts set data = $3, state = $4, faults = $5, wanted = null, updated_at = now()
      where batch_id = $1 and number = $2`,
    [id, number, JSON.stringify(whole), faults.length === 0 ? 'complete' : 'incomplete', stored(faults)],
  );
}

const stored = (faults: readonly Fault[]): string => JSON.stringify(limitFaults(faults));

/**
 * One step of the batches' worker: makes the drafts of one batch, or checks or hands in one draft, each in a transaction
 * of its own. What a stopped process left undone is taken up by the next. True: there may be more.
 */
export async function workBatches(store: Store, context: FilingContext, log: Log): Promise<boolean> {
  return (await makeDrafts(store, context, log)) || (await workDraft(store, context, log));
}

interface Owner {
  tenant_id: string;
  role: Role;
}

/** For whom the work is done now: a mandate may have ended since it was asked for. */
const accessOf = async (db: Queryable, owner: Owner, actor: string): Promise<Access> => ({
  userId: null,
  actor,
  tenantId: owner.tenant_id,
  role: owner.role,
  tenants: await visibleTenants(db, owner.tenant_id, owner.role),
});

async function makeDrafts(store: Store, context: FilingContext, log: Log): Promise<boolean> {
  let id: string | undefined;
  try {
    return await store.transaction(async (tx) => {
      const { rows } = await tx.query<
        Owner & { id: string; message_type: string; source: DraftRequest['from']; created_by: string }
      >(
        `select id, tenant_id, role, message_type, source, created_by from filing_batches
          where drafted_at is null and faults is null order by id limit 1 for update skip locked`,
      );
      const batch = rows[0];
      if (!batch) return false;
      id = batch.id;
      const access = await accessOf(tx, batch, batch.created_by);
      const { drafts } = await uncheckedDrafts(tx, context, access, {
        messageType: batch.message_type,
        from: batch.source,
      });
      for (let at = 0; at < drafts.length; at += STORED)
        await tx.query(
          `insert into filing_drafts (batch_id, number, tenant_id, declaration_ids, data, due, merged, apart, wanted, asked_by)
           select $1, x.number, x.tenant, array(select jsonb_array_elements_text(x.ids)::uuid), x.data, x.due, x.merged, x.apart,
                  'check', $2
             from unnest($3::int[], $4::uuid[], $5::jsonb[], $6::jsonb[], $7::date[], $8::jsonb[], $9::jsonb[])
               as x (number, tenant, ids, data, due, merged, apart)`,
          [
            batch.id,
            batch.created_by,
            ...columnsOf(
              drafts
                .slice(at, at + STORED)
                .map((d, i) => [
                  at + i + 1,
                  d.tenantId,
                  JSON.stringify(d.declarationIds),
                  JSON.stringify(d.data),
                  d.due,
                  JSON.stringify(d.merged),
                  JSON.stringify(d.apart),
                ]),
            ),
          ],
        );
      await tx.query('update filing_batches set drafted_at = now() where id = $1', [batch.id]);
      return true;
    });
  } catch (error) {
    if (id === undefined || isUnavailable(error)) throw error;
    await store.query('update filing_batches set faults = $2 where id = $1', [
      id,
      stored(faultsOf(error, id, log)),
    ]);
    return true;
  }
}

const columnsOf = (rows: readonly (readonly unknown[])[]): unknown[][] =>
  Array.from({ length: 7 }, (_, column) => rows.map((row) => row[column]));

async function workDraft(store: Store, context: FilingContext, log: Log): Promise<boolean> {
  let taken: { batch_id: string; number: number } | undefined;
  try {
    return await store.transaction(async (tx) => {
      const { rows } = await tx.query<
        Owner & {
          batch_id: string;
          number: number;
          message_type: string;
          ids: string[];
          data: FilingData;
          wanted: DraftWork;
          asked_by: string;
        }
      >(
        `select d.batch_id, d.number, b.tenant_id, b.role, b.message_type, d.declaration_ids as ids, d.data, d.wanted, d.asked_by
           from filing_drafts d join filing_batches b on b.id = d.batch_id
          where d.wanted is not null order by d.number, d.batch_id limit 1 for update of d skip locked`,
      );
      const draft = rows[0];
      if (!draft) return false;
      taken = draft;
      const access = await accessOf(tx, draft, draft.asked_by);
      await settleDraft(tx, taken, await outcomeOf(tx, context, access, draft));
      return true;
    });
  } catch (error) {
    if (taken === undefined || isUnavailable(error)) throw error;
    const faults = faultsOf(error, taken.batch_id, log);
    await settleDraft(store, taken, { state: 'refused', faults, filingId: null });
    return true;
  }
}

interface Outcome {
  state: 'complete' | 'incomplete' | 'refused' | 'submitted';
  faults: readonly Fault[];
  filingId: string | null;
}

async function outcomeOf(
  tx: Queryable,
  context: FilingContext,
  access: Access,
  draft: { message_type: string; ids: string[]; data: FilingData; wanted: DraftWork },
): Promise<Outcome> {
  const kind = context.kinds.get(draft.message_type);
  if (!kind) throw new FaultError([unknownKind(context, draft.message_type)]);
  if (draft.wanted === 'submit') {
    const filingId = await submitFiling(tx, context, access, {
      messageType: draft.message_type,
      data: draft.data,
      declarationIds: draft.ids,
    });
    return { state: 'submitted', faults: [], filingId };
  }
  const lists = await listsById(tx, draft.ids, access.tenants);
  const faults = await checkFiling(tx, context, { kind, data: draft.data, lists });
  return { state: faults.length === 0 ? 'complete' : 'incomplete', faults, filingId: null };
}

async function settleDraft(
  db: Queryable,
  { batch_id, number }: { batch_id: string; number: number },
  { state, faults, filingId }: Outcome,
): Promise<void> {
  await db.query(
    `update filing_drafts set state = $3, faults = $4, filing_id = $5, wanted = null, updated_at = now()
      where batch_id = $1 and number = $2`,
    [batch_id, number, state, stored(faults), filingId],
  );
}

/** The faults of what was refused; anything else is logged under the id the person is told. */
function faultsOf(error: unknown, reference: string, log: Log): readonly Fault[] {
  if (error instanceof FaultError) return error.faults;
  log.error({ reference, err: error }, 'a draft could not be worked on');
  return [makeFault('A13', 'request', { reference })];
}
