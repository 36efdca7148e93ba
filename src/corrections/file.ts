import { FaultError } from '../base/fault.js';
import { noteDecision } from '../documents/decisions.js';
import type { Access } from '../enterprises/access.js';
import type { FilingContext } from '../filings/context.js';
import { createFiling } from '../filings/create.js';
import { draftFiling, type DraftFrom } from '../filings/draft.js';
import { wake, type Store } from '../store/store.js';
import type { CorrectionContext } from './context.js';
import { loadState } from './standing.js';
import { isDeclared, transitions } from './transitions.js';

/**
 * Applies to customs for the withdrawal (撤销申请单) or the return (退货申请单) of a list: asks the transition table,
 * then has the filing drafted from the list and stored. Returns the filing's id.
 *
 * A goods declaration has no such filing: the table says what to do instead.
 *
 * @throws FaultError 404 (A03), 409 with the T fault that says why not, 422 with every fault of the filing
 */
export async function fileFor(
  store: Store,
  access: Access,
  declarationId: string,
  action: 'withdraw' | 'return',
  reason: string,
  from: Pick<DraftFrom, 'lines' | 'input'>,
  context: CorrectionContext & { filing: FilingContext },
): Promise<string> {
  return store.transaction(async (tx) => {
    const state = await loadState(
      tx,
      access.tenants,
      declarationId,
      context.catalogue,
      context.clock.now(),
      true,
    );
    const declared = state.documents.find((d) => isDeclared(d.standing));
    if (!declared) throw new Error(`declaration ${declarationId} declares nothing`);
    const answer = transitions().answer(
      action,
      declared.standing,
      declared.title,
      `documents.${declared.messageType}`,
    );
    if (!answer.allowed) throw new FaultError([answer.reason], 409);
    if (answer.make.what !== 'filing') throw new Error(`${action} makes ${answer.make.what}`);
    const messageType = answer.make.message;
    const [draft] = await draftFiling(tx, context.filing, access, {
      messageType,
      from: { ...from, declarationIds: [declarationId], input: { ...from.input, reason } },
    });
    if (!draft) throw new Error(`no draft of ${messageType}`);
    const { documentId, faults } = await createFiling(tx, context.filing, {
      messageType,
      tenantId: draft.tenantId,
      data: draft.data,
      declarationIds: draft.declarationIds,
      createdBy: access.actor,
    });
    if (documentId === null) throw new FaultError(faults, 422);
    await noteDecision(tx, access, { id: declared.id, tenantId: state.tenantId }, action, reason);
    await wake(tx, 'prepare', 'declarations');
    return documentId;
  });
}
