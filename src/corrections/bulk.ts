import { FaultError, type Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import type { Access } from '../enterprises/access.js';
import type { Store } from '../store/store.js';
import type { Changes } from './changes.js';
import type { CorrectionContext } from './context.js';
import { correct, type MadeDocument } from './correct.js';

export interface BulkCorrection {
  /** Left out, any refusal of the declarations named is meant. */
  code?: string | undefined;
  messageType?: string | undefined;
  declarationIds?: readonly string[] | undefined;
  changes: Changes;
  reason: string;
}

export interface BulkVerdict {
  declarationId: string;
  orderNo: string | null;
  outcome: 'resubmitted' | 'faulty';
  documents: MadeDocument[];
  faults: readonly Fault[];
}

/** The most declarations one request may take up. */
const LIMIT = 500;

/**
 * Declares again many declarations that one code refused, with the same change for each. Each stands alone: its own
 * transaction, its own verdict; one that cannot follow holds up none of the others.
 */
export async function correctMany(
  store: Store,
  access: Access,
  request: BulkCorrection,
  context: CorrectionContext,
): Promise<{ declarations: BulkVerdict[]; more: boolean }> {
  const { rows } = await store.query<{ id: string; order_no: string }>(
    `select c.id, c.order_no from declarations c
      where c.tenant_id = any($1) and ($4::uuid[] is null or c.id = any($4))
        and exists (select 1 from documents d where d.declaration_id = c.id and d.current and d.filing is null
                       and d.verdict in ('refused', 'failed') and ($2::text is null or coalesce(d.info_code, d.status) = $2)
                       and ($3::text is null or d.message_type = $3))
      order by c.id desc limit $5`,
    [
      access.tenants,
      request.code ?? null,
      request.messageType ?? null,
      request.declarationIds ?? null,
      LIMIT + 1,
    ],
  );
  const found = new Map(rows.slice(0, LIMIT).map((r) => [r.id, r.order_no]));
  const verdicts: BulkVerdict[] = [];
  for (const id of request.declarationIds ?? found.keys()) {
    const orderNo = found.get(id) ?? null;
    const faulty = (faults: readonly Fault[]) =>
      verdicts.push({ declarationId: id, orderNo, outcome: 'faulty', documents: [], faults });
    if (!found.has(id)) {
      faulty([
        request.code === undefined
          ? makeFault('A08', 'declarationId', {
              reason: '没有被退单或处理失败的单证 / no document is refused or failed',
            })
          : makeFault('T09', 'declarationId', { code: request.code }),
      ]);
      continue;
    }
    try {
      const { documents } = await correct(store, access, id, request, 'resubmit', context);
      verdicts.push({ declarationId: id, orderNo, outcome: 'resubmitted', documents, faults: [] });
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      faulty(error.faults);
    }
  }
  return { declarations: verdicts, more: rows.length > LIMIT };
}
