import { bySeverity, FaultError, type Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { newGuid, newId } from '../base/ids.js';
import { noteDecision } from '../documents/decisions.js';
import { partyCodes } from '../checks/enterpriseFacts.js';
import type { Access } from '../enterprises/access.js';
import { loadFacts } from '../enterprises/facts.js';
import { wake, type Queryable, type Store } from '../store/store.js';
import { BuyerYears } from '../declarations/buyerYear.js';
import { NumberDesk, releaseCorrected } from '../declarations/claims.js';
import { correctLines } from '../declarations/lines.js';
import { replaceNotices } from '../declarations/notices.js';
import type { CorrectionContext } from './context.js';
import {
  planCorrection,
  type Correction,
  type CorrectionMode,
  type CorrectionPlan,
  type Step,
} from './steps.js';
import { loadState, type DeclarationState } from './standing.js';
import { isDeclared, transitions } from './transitions.js';

export interface MadeDocument {
  id: string;
  messageType: string;
  revision: number;
  action: 'rewrite' | 'elsewhere' | 'change' | 'resubmit' | 'delete';
  appType: string;
}

export interface CorrectionResult {
  /** Order revision after it; unchanged when only documents were declared again. */
  revision: number;
  documents: MadeDocument[];
}

/** Everything a correction would do, with all its faults; stores nothing. Throws A03 (404). */
export async function previewCorrection(
  db: Queryable,
  access: Access,
  id: string,
  correction: Correction,
  mode: CorrectionMode,
  context: CorrectionContext,
): Promise<CorrectionPlan> {
  const state = await loadState(db, access.tenants, id, context.catalogue, context.clock.now());
  const plan = planCorrection(state, correction, mode, context);
  await judgeRegistry(db, plan, context);
  const claimant = claimantOf(plan);
  const claim = (await NumberDesk.open(db, [claimant], context, false)).judge(claimant);
  const years = await BuyerYears.open(db, [claimant], context);
  plan.faults.push(...claim.faults, ...years.judge(claimant));
  plan.notices.push(...claim.notices);
  plan.notices.push(...(await context.concernedBy(db, access.tenants, id, plan.body)));
  return plan;
}

/**
 * Corrects an order and sends what customs has to know: a new order revision (the whole body, normalised and fully
 * checked), and for each document whose message differs either its new content in place, when it was not sent yet, or a
 * new revision with its own guid: appType 2 for a document customs holds, 1 for one it refused. One transaction; nothing
 * is stored when anything is wrong.
 *
 * @throws FaultError 404 (A03), 409 with every T fault when documents stand where they cannot follow or somebody else
 *   corrected the order meanwhile, 422 with every fault of the content
 */
export async function correct(
  store: Store,
  access: Access,
  id: string,
  correction: Correction,
  mode: CorrectionMode,
  context: CorrectionContext,
): Promise<CorrectionResult> {
  const { rows } = await store.query<{ revision: number }>(
    'select coalesce(max(revision), 1)::int as revision from order_revisions where order_id = $1',
    [id],
  );
  const seen = correction.revision ?? rows[0]?.revision;
  return store.transaction(async (tx) => {
    const state = await loadState(tx, access.tenants, id, context.catalogue, context.clock.now(), true);
    const plan = planCorrection(state, { ...correction, revision: seen }, mode, context);
    await judgeRegistry(tx, plan, context);
    plan.faults.push(...(await claim(tx, plan, context)));
    if (plan.conflicts.length > 0) throw new FaultError([...plan.conflicts, ...plan.faults], 409);
    if (plan.faults.length > 0) throw new FaultError(plan.faults, 422);
    return carryOut(tx, access, plan, correction.reason, context);
  });
}

const claimantOf = ({ state, body, planned }: CorrectionPlan) => ({
  id: state.id,
  tenantId: state.tenantId,
  order: body,
  documents: planned,
});

/** Adds what the registry knows of the parties of a changed order, as at intake. */
async function judgeRegistry(db: Queryable, plan: CorrectionPlan, context: CorrectionContext): Promise<void> {
  if (plan.changes.length === 0) return;
  const enterprises = await loadFacts(db, partyCodes(plan.body));
  const { faults, notices } = bySeverity(context.checkRegistry(plan.body, enterprises));
  plan.faults.push(...faults);
  plan.notices.push(...notices);
}

/**
 * Takes the numbers that the order bears now, gives back those it no longer bears, and counts it in its buyer's year with
 * what it says now. Returns why it cannot; the transaction is then rolled back.
 */
async function claim(tx: Queryable, plan: CorrectionPlan, context: CorrectionContext): Promise<Fault[]> {
  const claimant = claimantOf(plan);
  const years = await BuyerYears.open(tx, [claimant], context);
  for (;;) {
    const numbers = await NumberDesk.open(tx, [claimant], context, true);
    const { faults, notices } = numbers.judge(claimant);
    const found = [...faults, ...years.judge(claimant)];
    if (found.length > 0 || plan.faults.length > 0) return found;
    numbers.take(claimant);
    // Not stored: another transaction took a number just now, and the next look says who.
    if (!(await numbers.store(tx))) continue;
    await releaseCorrected(tx, claimant, context.numbers);
    years.take(claimant);
    await years.store(tx);
    plan.notices.push(...notices);
    return [];
  }
}

async function carryOut(
  tx: Queryable,
  access: Access,
  plan: CorrectionPlan,
  reason: string,
  context: CorrectionContext,
): Promise<CorrectionResult> {
  const { state, changes, steps } = plan;
  const revision = state.revision + (changes.length > 0 ? 1 : 0);
  if (changes.length > 0) {
    const lineIds = await correctLines(tx, state, plan.body, plan.origins);
    await tx.query(
      `insert into order_revisions (tenant_id, order_id, revision, body, changes, reason, changed_by, line_ids)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        state.tenantId,
        state.id,
        revision,
        JSON.stringify(plan.body),
        JSON.stringify(changes),
        reason,
        access.actor,
        lineIds,
      ],
    );
    await rewriteDeclaration(tx, plan);
    await replaceNotices(tx, {
      declarationId: state.id,
      tenantId: state.tenantId,
      notices: plan.notices,
    });
  }
  const documents: MadeDocument[] = [];
  for (const step of steps) documents.push(await carryOutStep(tx, access, step, revision));
  if (changes.length === 0) await note(tx, access, state.tenantId, documents, reason);
  await holdBackList(tx, state, documents);
  await context.refresh(tx, [state.id]);
  await wake(tx, 'prepare', 'declarations');
  return { revision, documents };
}

/** The columns people search and filter by follow the corrected order. */
async function rewriteDeclaration(tx: Queryable, { state, body, steps }: CorrectionPlan): Promise<void> {
  const copNo = steps[0]?.planned.copNo ?? body.list.copNo ?? state.copNo;
  await tx.query(
    `update declarations set platform_name = $2, seller_name = $3, cop_no = $4, logistics_code = $5, logistics_no = $6,
            pay_code = $7, pay_no = $8, country = $9, amount = $10, currency = $11, statistics_flag = $12, bill_no = $13,
            updated_at = now() where id = $1`,
    [
      state.id,
      body.platform.name ?? '',
      body.seller.name ?? '',
      copNo,
      body.waybill.code ?? null,
      body.waybill.logisticsNo ?? null,
      body.payment.code ?? null,
      body.payment.payNo ?? null,
      body.list.country ?? null,
      body.goodsValue ?? null,
      body.currency ?? null,
      body.list.statisticsFlag ?? null,
      body.list.billNo ?? null,
    ],
  );
}

async function carryOutStep(
  tx: Queryable,
  access: Access,
  step: Step,
  orderRevision: number,
): Promise<MadeDocument> {
  const { document, planned, action, appType } = step;
  if (action === 'rewrite' || action === 'elsewhere') {
    await tx.query(
      `update documents set order_revision = $2, cop_no = $3, document_key = $4, responsible_role = $5, responsible_code = $6,
              responsible_name = $7, delivery = $8, waiting_for = $9, edition = $10, build_failures = 0, hold_until = null where id = $1`,
      [
        document.id,
        orderRevision,
        planned.copNo,
        planned.key,
        planned.responsible.role,
        planned.responsible.code,
        planned.responsible.name,
        action === 'elsewhere' ? 'waiting' : planned.delivery,
        action === 'elsewhere' ? null : planned.waitingFor,
        planned.edition,
      ],
    );
    return {
      id: document.id,
      messageType: document.messageType,
      revision: document.revision,
      action,
      appType,
    };
  }
  const id = newId();
  await tx.query('update documents set current = false where id = $1', [document.id]);
  // A changed list keeps the numbers that customs knows it by; a list declared again gets new ones.
  const keeps = appType !== '1';
  await tx.query(
    `insert into documents (id, tenant_id, declaration_id, seq, message_type, responsible_role, responsible_code,
       responsible_name, guid, app_type, cop_no, document_key, delivery, waiting_for, pre_no, invt_no, revision, order_revision, created_by,
       goes_after, edition)
     select $2, tenant_id, declaration_id, seq, message_type, $3, $4, $5, $6, $7, $8, $9, $10, $11,
            case when $12 then pre_no end, case when $12 then invt_no end, $13, $14, $15, goes_after, $16
       from documents where id = $1`,
    [
      document.id,
      id,
      planned.responsible.role,
      planned.responsible.code,
      planned.responsible.name,
      newGuid(),
      appType,
      planned.copNo,
      planned.key,
      planned.delivery,
      planned.waitingFor,
      keeps,
      document.revision + 1,
      orderRevision,
      access.actor,
      planned.edition,
    ],
  );
  if (isDeclared(document.standing) && !keeps)
    await tx.query(
      `update declarations set cop_no = $2, status = null, status_time = null, info_code = null, pre_no = null, invt_no = null
        where id = (select declaration_id from documents where id = $1)`,
      [id, planned.copNo],
    );
  return { id, messageType: document.messageType, revision: document.revision + 1, action, appType };
}

/** Who declared documents again without changing anything, and why. */
async function note(
  tx: Queryable,
  access: Access,
  tenantId: string,
  documents: readonly MadeDocument[],
  reason: string,
): Promise<void> {
  for (const { id, action } of documents) await noteDecision(tx, access, { id, tenantId }, action, reason);
}

/** A list that was about to go waits again when a document before it has to be accepted first. */
async function holdBackList(
  tx: Queryable,
  state: DeclarationState,
  moved: readonly MadeDocument[],
): Promise<void> {
  const list = state.documents.find((d) => isDeclared(d.standing));
  if (!list || !moved.some((d) => d.messageType !== list.messageType && d.action !== 'elsewhere')) return;
  await tx.query(
    `update documents set delivery = 'waiting', waiting_for = 'documents' where id = $1 and delivery = 'ready' and current`,
    [list.id],
  );
}

/**
 * Takes a document off customs' books (appType 3): a new revision with the content customs holds. Throws A03 (404), or
 * the T fault (409) that says why not.
 */
export async function deleteDocument(
  store: Store,
  access: Access,
  documentId: string,
  reason: string,
  context: CorrectionContext,
): Promise<CorrectionResult> {
  return store.transaction(async (tx) => {
    const { rows } = await tx.query<{ declaration_id: string | null }>(
      'select declaration_id from documents where id = $1 and tenant_id = any($2)',
      [documentId, access.tenants],
    );
    const declarationId = rows[0]?.declaration_id;
    const state = await loadState(
      tx,
      access.tenants,
      declarationId ?? documentId,
      context.catalogue,
      context.clock.now(),
      true,
    );
    const document = [...state.documents, ...state.superseded].find((d) => d.id === documentId);
    if (!document) throw new FaultError([makeFault('A03', 'id', { thing: '单证 / document' })], 404);
    const answer = transitions().answer(
      'delete',
      document.standing,
      document.title,
      `documents.${document.messageType}`,
    );
    if (!answer.allowed) throw new FaultError([answer.reason], 409);
    const made = await insertDeletion(tx, access, documentId, document.revision + 1);
    const documents: MadeDocument[] = [
      {
        id: made,
        messageType: document.messageType,
        revision: document.revision + 1,
        action: 'delete',
        appType: '3',
      },
    ];
    await note(tx, access, state.tenantId, documents, reason);
    await holdBackList(tx, state, documents);
    await context.refresh(tx, [state.id]);
    await wake(tx, 'prepare', 'declarations');
    return { revision: state.revision, documents };
  });
}

async function insertDeletion(
  tx: Queryable,
  access: Access,
  documentId: string,
  revision: number,
): Promise<string> {
  const id = newId();
  await tx.query('update documents set current = false where id = $1', [documentId]);
  await tx.query(
    `insert into documents (id, tenant_id, declaration_id, seq, message_type, responsible_role, responsible_code,
       responsible_name, guid, app_type, cop_no, document_key, delivery, pre_no, invt_no, revision, order_revision, created_by,
       goes_after, edition)
     select $2, tenant_id, declaration_id, seq, message_type, responsible_role, responsible_code, responsible_name, $3, '3',
            cop_no, document_key, 'ready', pre_no, invt_no, $4, order_revision, $5, goes_after, edition
       from documents where id = $1`,
    [documentId, id, newGuid(), revision, access.actor],
  );
  return id;
}
