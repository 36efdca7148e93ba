import { bySeverity, FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { newGuid, newId } from '../base/ids.js';
import { storeOwn } from '../documents/own.js';
import type { Access } from '../enterprises/access.js';
import { CERTIFICATE } from '../messages/families/coo.js';
import { fieldOf, nodeOf } from '../messages/families/forms.js';
import { lockDeclarations } from '../store/locks.js';
import { wake, type Queryable } from '../store/store.js';
import type { CertificateContext } from './context.js';
import { draftCertificate, type Draft, type Request } from './draft.js';
import { prefixFor } from './number.js';

/**
 * Checks an application and stores it; it leaves by itself. The declarations it covers are locked first, so that two
 * applications for the same lines are judged one after the other. Returns the certificate's id. Throws A03 (404), the
 * fault (409) of a certificate it cannot stand in for, and every fault of the application (422); nothing is stored then.
 */
export async function submitCertificate(
  tx: Queryable,
  context: CertificateContext,
  access: Access,
  request: Request,
): Promise<string> {
  await lockSources(tx, access, request);
  if (request.replaces) await lockReplaced(tx, access, request.replaces.id);
  const draft = await draftCertificate(tx, context, access, request);
  if (request.replaces) await demandNoSuccessor(tx, access, request.replaces.id);
  demandNoFault(draft);
  const certNo = draft.certNo ?? (await nextNumber(tx, prefixFor(draft.application)));
  if (await isTaken(tx, certNo))
    throw new FaultError([makeFault('O08', 'certificate.CertificateHead.CertNo', { certNo }, certNo)]);
  const id = newId();
  const head = nodeOf(draft.data, 'CertificateHead');
  await tx.query(
    `insert into certificates (id, tenant_id, cert_no, type, status, destination, exporter_code, replaces, root, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      id,
      draft.tenantId,
      certNo,
      fieldOf(head, 'CertType') ?? '',
      fieldOf(head, 'CertStatus') ?? '0',
      draft.application.destination.code,
      draft.seller,
      request.replaces?.id ?? null,
      draft.root ?? id,
      access.actor,
    ],
  );
  await storeLines(tx, id, draft);
  await storeRevision(tx, access, { id, certNo, revision: 1 }, draft);
  return id;
}

/** Locks the declarations of a request that the asker may see. */
export async function lockSources(
  tx: Queryable,
  { tenants }: Pick<Access, 'tenants'>,
  { sources }: Pick<Request, 'sources'>,
  more: readonly string[] = [],
): Promise<void> {
  const { rows } = await tx.query<{ id: string }>(
    'select id from declarations where id = any($1::uuid[]) and tenant_id = any($2)',
    [[...sources.map((s) => s.declarationId), ...more], tenants],
  );
  await lockDeclarations(
    tx,
    rows.map((r) => r.id),
  );
}

/** Every fault of a draft (422); what is only doubtful holds up nothing. */
export function demandNoFault({ faults }: Draft): void {
  const grave = bySeverity(faults).faults;
  if (grave.length > 0) throw new FaultError(grave, 422);
}

/** Of one certificate at most one successor is under way: the second of two at once waits here. */
async function lockReplaced(tx: Queryable, { tenants }: Access, id: string): Promise<void> {
  await tx.query('select 1 from certificates where id = $1 and tenant_id = any($2) for no key update', [
    id,
    tenants,
  ]);
}

/** O20 (409) while an application to replace a certificate is under way. */
async function demandNoSuccessor(tx: Queryable, { tenants }: Access, id: string): Promise<void> {
  const { rows } = await tx.query<{ cert_no: string }>(
    'select cert_no from certificates where replaces = $1 and tenant_id = any($2) and cancelled_at is null',
    [id, tenants],
  );
  const [other] = rows;
  if (other) throw new FaultError([makeFault('O20', 'id', { certNo: other.cert_no })], 409);
}

const isTaken = async (tx: Queryable, certNo: string): Promise<boolean> =>
  (await tx.query('select 1 from certificates where cert_no = $1', [certNo])).rowCount !== 0;

/** The next serial nobody used; who asks for the same prefix at once waits. Throws O17 (422) when there is none left. */
async function nextNumber(tx: Queryable, prefix: string): Promise<string> {
  for (;;) {
    const { rows } = await tx.query<{ last: number }>(
      `insert into certificate_serials (prefix, last) values ($1, 1)
       on conflict (prefix) do update set last = certificate_serials.last + 1 returning last`,
      [prefix],
    );
    const last = rows[0]?.last ?? 0;
    if (last > 9999)
      throw new FaultError([
        makeFault('O17', 'certificate.CertificateHead.CertNo', {
          prefix,
          year: `20${prefix.slice(-11, -9)}`,
        }),
      ]);
    const certNo = `${prefix}${String(last).padStart(4, '0')}`;
    if (!(await isTaken(tx, certNo))) return certNo;
  }
}

/** Writes down which lines a certificate covers, in place of what it covered before. */
export async function storeLines(tx: Queryable, id: string, { tenantId, application }: Draft): Promise<void> {
  await tx.query('delete from certificate_lines where certificate_id = $1', [id]);
  await tx.query(
    `insert into certificate_lines (certificate_id, tenant_id, line, declaration_id, gnum, qty)
     select $1, $2, * from unnest($3::int[], $4::uuid[], $5::text[], $6::numeric[])`,
    [
      id,
      tenantId,
      application.lines.map((l) => Number(l.no)),
      application.lines.map((l) => l.declarationId),
      application.lines.map((l) => l.gnum),
      application.lines.map((l) => l.qty),
    ],
  );
}

/** Stores a revision of the application, which leaves by itself. */
export async function storeRevision(
  tx: Queryable,
  { actor }: Pick<Access, 'actor'>,
  { id, certNo, revision }: { id: string; certNo: string; revision: number },
  { tenantId, application, seller }: Draft,
): Promise<void> {
  await storeOwn(tx, [
    {
      id: newId(),
      tenantId,
      seq: 1,
      messageType: CERTIFICATE,
      responsible: { role: 'exporter', code: seller, name: application.exporter.name ?? '' },
      guid: newGuid(),
      appType: '1',
      copNo: certNo,
      key: certNo,
      // Nothing of it is signed here, so it waits for no key.
      waitsFor: null,
      revision,
      data: application,
      ownId: id,
      createdBy: actor,
      edition: null,
    },
  ]);
  await wake(tx, 'prepare', 'declarations');
}
