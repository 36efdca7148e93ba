import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { noteDecision } from '../documents/decisions.js';
import { takeOutOfForce } from '../documents/own.js';
import type { Access } from '../enterprises/access.js';
import { lockDocuments } from '../store/locks.js';
import { wake, type Queryable } from '../store/store.js';
import { keepBack } from './attachments.js';
import type { CertificateContext } from './context.js';
import { demandNoFault, lockSources, storeLines, storeRevision } from './create.js';
import { draftCertificate, type Draft, type Request } from './draft.js';
import { demandAction, demandCertificate, type StoredCertificate } from './standing.js';

/** What an application that was handed in says from now on; without sources it covers the same goods. */
export type NewContent = Omit<Request, 'sources' | 'replaces' | 'type'> & {
  sources?: Request['sources'] | undefined;
};

/** The draft of what an application would say from now on, its own lines counting as free. */
export async function draftAgain(
  db: Queryable,
  context: CertificateContext,
  access: Pick<Access, 'tenants'>,
  certificate: StoredCertificate,
  { sources, ...content }: NewContent,
): Promise<Draft> {
  const { application, root, status, cert_no: certNo, type } = certificate;
  const draft = await draftCertificate(
    db,
    context,
    access,
    {
      ...content,
      certificate: content.certificate ?? application.certificate,
      type,
      sources: sources ?? sourcesOf(certificate),
    },
    { root, status, replaced: application.replaced, certNo },
  );
  if (draft.certNo !== undefined && draft.certNo !== certNo)
    draft.faults.push(makeFault('O21', 'certificate.CertificateHead.CertNo', { certNo }, draft.certNo));
  return draft;
}

/** The goods a certificate covers, as one asks for them. */
export const sourcesOf = ({
  application: { lines },
}: Pick<StoredCertificate, 'application'>): Request['sources'] =>
  [...new Set(lines.map((l) => l.declarationId))].map((declarationId) => ({
    declarationId,
    lines: lines.flatMap((l) => (l.declarationId === declarationId ? [{ gnum: l.gnum, qty: l.qty }] : [])),
  }));

/**
 * Gives an application new content: what has not left is rewritten (`change`), what came back goes again under its number
 * (`resubmit`). Throws A03 (404), the fault (409) that says why not, or every fault of the content (422).
 */
export async function redoCertificate(
  tx: Queryable,
  context: CertificateContext,
  access: Access,
  id: string,
  action: 'change' | 'resubmit',
  content: NewContent,
): Promise<void> {
  const before = await lockCertificate(tx, access, id, content.sources);
  const make = demandAction(before, action);
  const draft = await draftAgain(tx, context, access, before, content);
  demandNoFault(draft);
  await storeLines(tx, id, draft);
  if (make.what === 'rewrite') {
    await tx.query(
      `update documents set filing = $2, delivery = 'ready', waiting_for = null, build_failures = 0, hold_until = null where id = $1`,
      [before.document_id, JSON.stringify(draft.application)],
    );
    await wake(tx, 'prepare', 'declarations');
  } else if (make.what === 'revision') {
    await tx.query('update documents set current = false where id = $1', [before.document_id]);
    await storeRevision(tx, access, { id, certNo: before.cert_no, revision: before.revision + 1 }, draft);
  } else
    throw new FaultError(
      [makeFault('A08', 'id', { reason: '请起草更改证 / draft an amended certificate' })],
      409,
    );
  await noteDecision(tx, access, documentOf(before), action, '');
}

/** Puts an application aside that nobody else holds; the goods it covered are free again. Throws A03 (404) or the fault (409). */
export async function cancelCertificate(
  tx: Queryable,
  access: Access,
  id: string,
  reason: string,
): Promise<void> {
  const certificate = await lockCertificate(tx, access, id);
  demandAction(certificate, 'delete');
  await tx.query(
    'update certificates set cancelled_at = now(), cancelled_by = $2, cancelled_why = $3 where id = $1',
    [id, access.actor, reason],
  );
  await takeOutOfForce(tx, [certificate.document_id]);
  await keepBack(tx, id);
  await noteDecision(tx, access, documentOf(certificate), 'put-aside', reason);
  await wake(tx, 'declarations');
}

/** Locks the declarations of a certificate and of what it is to cover, then its documents; reads it after that. */
async function lockCertificate(
  tx: Queryable,
  access: Access,
  id: string,
  sources: Request['sources'] = [],
): Promise<StoredCertificate> {
  const seen = await demandCertificate(tx, access, id);
  const covered = sourcesOf(seen).map((s) => s.declarationId);
  await lockSources(tx, access, { sources }, covered);
  const { rows } = await tx.query<{ id: string }>('select id from documents where filing_id = $1', [id]);
  await lockDocuments(
    tx,
    rows.map((r) => r.id),
  );
  return demandCertificate(tx, access, id);
}

const documentOf = ({ document_id, tenant_id }: StoredCertificate) => ({
  id: document_id,
  tenantId: tenant_id,
});
