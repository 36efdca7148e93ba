import { FaultError, type Fault } from '../base/fault.js';
import { makeFault, notFoundFault } from '../base/faults.js';
import type { Access } from '../enterprises/access.js';
import type { Queryable, Store } from '../store/store.js';
import { declaredElsewhere, discard, resend } from './actions.js';

export interface ManyRequest {
  declarationIds: readonly string[];
  action: 'resend' | 'discard' | 'declared-elsewhere';
  note: string;
}

export interface ActedOn {
  declarationId: string;
  orderNo: string | null;
  /** How many of its documents the action was done on. */
  documents: number;
  outcome: 'done' | 'faulty';
  faults: readonly Fault[];
}

const ACTIONS = { resend, discard, 'declared-elsewhere': declaredElsewhere } as const;

const APPLIES = {
  resend: `d.delivery in ('dead', 'unknown', 'refused')`,
  discard: `d.delivery = 'dead' and d.discarded_at is null`,
  'declared-elsewhere': `d.delivery = 'waiting' and d.waiting_for = 'party'`,
} as const;

const NOTHING = {
  resend: '没有结果未知、拒收或停止发送的单证 / no document to send again',
  discard: '没有已停止发送、尚未作废的单证 / no document was given up and not discarded yet',
  'declared-elsewhere': '没有等待责任主体的单证 / no document waits for its party',
} as const;

/**
 * Does one action on every document it fits of many declarations. Each document is a transaction of its own and each
 * declaration gets its own verdict, so that one which cannot follow holds up none of the others.
 */
export async function actOnMany(
  store: Store,
  access: Access,
  { declarationIds, action, note }: ManyRequest,
  refresh: (tx: Queryable, ids: string[]) => Promise<void>,
): Promise<ActedOn[]> {
  const { rows } = await store.query<{ id: string; order_no: string; documents: string[] }>(
    `select c.id, c.order_no, array(select d.id from documents d where d.declaration_id = c.id and d.current
                                       and d.filing is null and ${APPLIES[action]} order by d.seq) as documents
       from declarations c where c.id = any($1) and c.tenant_id = any($2)`,
    [declarationIds, access.tenants],
  );
  const found = new Map(rows.map((r) => [r.id, r]));
  const acted: ActedOn[] = [];
  for (const declarationId of new Set(declarationIds)) {
    const row = found.get(declarationId);
    const faults: Fault[] = [];
    let done = 0;
    if (!row) faults.push(notFoundFault('申报 / declaration'));
    else if (row.documents.length === 0)
      faults.push(makeFault('A08', 'declarationId', { reason: NOTHING[action] }));
    for (const document of row?.documents ?? [])
      try {
        await ACTIONS[action](store, access, document, note, refresh);
        done++;
      } catch (error) {
        if (!(error instanceof FaultError)) throw error;
        faults.push(...error.faults);
      }
    acted.push({
      declarationId,
      orderNo: row?.order_no ?? null,
      documents: done,
      outcome: faults.length === 0 ? 'done' : 'faulty',
      faults,
    });
  }
  return acted;
}
