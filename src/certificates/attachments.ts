import { createHash } from 'node:crypto';
import { FaultError, type Fault } from '../base/fault.js';
import { makeFault, notFoundFault } from '../base/faults.js';
import { newGuid, newId } from '../base/ids.js';
import { transitions, type ActionName, type Standing } from '../corrections/transitions.js';
import { kindOfFile, MAX_ATTACHMENT_BYTES } from '../documents/attachments.js';
import { noteDecision } from '../documents/decisions.js';
import { storeOwn, takeOutOfForce } from '../documents/own.js';
import type { Access } from '../enterprises/access.js';
import { ATTACHMENT } from '../messages/families/cooFile.js';
import { fieldOf, nodeOf } from '../messages/families/forms.js';
import { joinKey } from '../declarations/plan.js';
import { lockDocuments } from '../store/locks.js';
import { wake, type Queryable } from '../store/store.js';
import type { Delivery } from '../terms/delivery.js';
import type { Text } from '../terms/text.js';
import type { Verdict } from '../terms/verdict.js';
import type { CertificateContext } from './context.js';
import { demandCertificate, NEWEST, type StoredCertificate } from './standing.js';

/** What people say of a file, as the issuing authority asks for it: the code tables of these were not published. */
export interface AttachmentFields {
  FileType?: string | undefined;
  DocType?: string | undefined;
  IsDelay?: string | undefined;
}

export interface NewCertificateAttachment {
  /** As it is named by who brings it. */
  fileName: string;
  bytes: Buffer;
  fields: AttachmentFields;
  /** The attachment it takes the place of. */
  replaces?: string | undefined;
}

/** What the document of an attachment is written from. */
export interface AttachmentData {
  certNo: string;
  certType: string;
  aplRegNo: string;
  ciqRegNo: string;
  /** As its message and its receipts name it; no other of its certificate ever had the name. */
  fileName: string;
  attachment: { [ATTACHMENT]: AttachmentFields };
}

/** Files of one certificate at a time. */
const MOST = 20;

/** An attachment of a certificate with the newest revision of its document. */
interface StoredAttachment {
  id: string;
  tenant_id: string;
  certificate_id: string;
  document_id: string;
  revision: number;
  delivery: Delivery;
  verdict: Verdict;
  doc_status: string | null;
  message_id: string | null;
  data: AttachmentData;
}

/**
 * Keeps a PDF or picture with a certificate and sends it once the application is taken in: it is named by the number of that.
 * The same file stays one. Returns its id. Throws A03 (404), O28 (409) for a certificate that is put aside or replaced, T… (409)
 * for one that cannot be replaced now, G21, O26, O27 and A04 (422) for a file that cannot go.
 */
export async function attach(
  tx: Queryable,
  context: CertificateContext,
  access: Access,
  certificateId: string,
  file: NewCertificateAttachment,
): Promise<string> {
  const certificate = await lockWhole(tx, access, certificateId);
  if (certificate.cancelled_at !== null || certificate.superseded)
    throw new FaultError([makeFault('O28', 'id', { certNo: certificate.cert_no })], 409);
  const sha256 = createHash('sha256').update(file.bytes).digest();
  const { rows: there } = await tx.query<{ id: string; name: string; same: boolean; gone: boolean }>(
    'select id, name, sha256 = $2 as same, removed_at is not null as gone from attachments where certificate_id = $1',
    [certificateId, sha256],
  );
  const same = there.find((one) => one.same && !one.gone);
  if (same && file.replaces === undefined) return same.id;
  if (file.replaces !== undefined) {
    const before = await demandAttachment(tx, access, file.replaces, certificateId);
    demandAnswer(before, 'change');
    await putAside(tx, access, before);
    if (same && same.id !== before.id) return same.id;
  }
  const kind = kindOfFile(file.bytes);
  const faults: Fault[] = [
    ...(kind ? [] : [makeFault('O26', 'body')]),
    ...(file.bytes.length <= MAX_ATTACHMENT_BYTES ? [] : [makeFault('G21', 'body', { max: '4' })]),
    ...(there.filter((one) => !one.gone && one.id !== file.replaces).length < MOST
      ? []
      : [makeFault('O27', 'body', { max: String(MOST) })]),
  ];
  const name = nameFor(file.fileName, kind?.ending ?? '', new Set(there.map((one) => one.name)));
  const data = dataOf(context, certificate, name, file.fields);
  if (faults.length === 0) faults.push(...context.attachment.check(writtenFrom(data), ''));
  if (faults.length > 0) throw new FaultError(faults, 422);
  const id = newId();
  await tx.query(
    `insert into attachments (id, tenant_id, certificate_id, replaces, kind, name, file_name, bytes, sha256, created_by)
     values ($1, $2, $3, $4, '', $5, $6, $7, $8, $9)`,
    [
      id,
      certificate.tenant_id,
      certificateId,
      file.replaces ?? null,
      name,
      file.fileName,
      file.bytes,
      sha256,
      access.actor,
    ],
  );
  await storeDocument(tx, access, certificate, { id, revision: 1, data });
  return id;
}

/**
 * Sends a file again: the same message where its outcome is not known or nobody took it (`resend`, left to the caller), a new one
 * under the same name where it was refused. Returns the document to send again, or undefined when a new one was stored. Throws
 * A03 (404) and the fault (409) that says why not.
 */
export async function attachAgain(
  tx: Queryable,
  context: CertificateContext,
  access: Access,
  id: string,
  reason: string,
): Promise<{ certificateId: string; resend: string | undefined }> {
  const seen = await demandAttachment(tx, access, id);
  const certificate = await lockWhole(tx, access, seen.certificate_id);
  const before = await demandAttachment(tx, access, id);
  const certificateId = before.certificate_id;
  const answer = transitions().answer('resend', standingOf(before), TITLE, 'id');
  if (answer.allowed) return { certificateId, resend: before.document_id };
  demandAnswer(before, 'resubmit');
  await tx.query('update documents set current = false where id = $1', [before.document_id]);
  const data = dataOf(context, certificate, before.data.fileName, before.data.attachment[ATTACHMENT]);
  await storeDocument(tx, access, certificate, { id, revision: before.revision + 1, data });
  await noteDecision(tx, access, { id: before.document_id, tenantId: before.tenant_id }, 'resubmit', reason);
  return { certificateId, resend: undefined };
}

/** Takes a file away that nobody else has. False when it is no attachment of a certificate; throws the fault (409) that says why not. */
export async function detach(tx: Queryable, access: Access, id: string): Promise<boolean> {
  const seen = await attachmentById(tx, access, id);
  if (!seen) return false;
  await lockWhole(tx, access, seen.certificate_id);
  const attachment = await demandAttachment(tx, access, id);
  demandAnswer(attachment, 'delete');
  await putAside(tx, access, attachment);
  await wake(tx, 'declarations');
  return true;
}

/** Files of a certificate that was put aside do not leave any more. */
export async function keepBack(tx: Queryable, certificateId: string): Promise<void> {
  await tx.query(
    `update documents d set current = false, delivery = 'waiting', waiting_for = null
       from attachments a where a.certificate_id = $1 and d.filing_id = a.id and d.message_id is null`,
    [certificateId],
  );
}

/** SQL: the newest application of certificate `c` (as `d`) is taken in, so that attachments may name it. */
const TAKEN_IN = `d.verdict not in ('none', 'failed')`;

/** Lets the files go whose application was taken in; the ids are of documents that moved. */
export async function releaseAttachments(tx: Queryable, documentIds: readonly string[]): Promise<void> {
  const { rows } = await tx.query<{ id: string }>(
    `select w.id from certificates c ${NEWEST} join attachments a on a.certificate_id = c.id and a.removed_at is null
       join documents w on w.filing_id = a.id and w.current and w.delivery = 'waiting' and w.waiting_for = 'documents'
      where d.id = any($1::uuid[]) and c.cancelled_at is null and ${TAKEN_IN}`,
    [documentIds],
  );
  if (rows.length === 0) return;
  const ids = rows.map((r) => r.id);
  await lockDocuments(tx, ids);
  await tx.query(
    `update documents set delivery = 'ready', waiting_for = null
      where id = any($1) and delivery = 'waiting' and waiting_for = 'documents'`,
    [ids],
  );
  await wake(tx, 'prepare', 'declarations');
}

/** Actions an attachment knows, in the words of the transition table: replaced, sent again (either way), taken away. */
export function attachmentAnswers(
  standing: Pick<StoredAttachment, 'delivery' | 'verdict' | 'doc_status' | 'message_id'>,
): { action: 'replace' | 'resend' | 'remove'; allowed: boolean; reason?: Fault }[] {
  const answer = (action: ActionName) => transitions().answer(action, standingOf(standing), TITLE, 'id');
  const again = [answer('resend'), answer('resubmit')];
  return (
    [
      ['replace', answer('change')],
      ['resend', again.find((one) => one.allowed) ?? answer('resubmit')],
      ['remove', answer('delete')],
    ] as const
  ).map(([action, said]) =>
    said.allowed ? { action, allowed: true } : { action, allowed: false, reason: said.reason },
  );
}

const TITLE: Text = { zh: '附件', en: 'attachment' };

const standingOf = (
  a: Pick<StoredAttachment, 'delivery' | 'verdict' | 'doc_status' | 'message_id'>,
): Standing => ({
  kind: 'attachment',
  delivery: a.delivery,
  verdict: a.verdict,
  status: a.doc_status,
  built: a.message_id !== null,
  appType: '1',
  current: true,
  withdrawn: false,
  listed: false,
  held: a.verdict === 'accepted',
  numbered: false,
  expired: false,
  ieFlag: 'E',
  statisticsFlag: '',
});

function demandAnswer(attachment: StoredAttachment, action: ActionName): void {
  const answer = transitions().answer(action, standingOf(attachment), TITLE, 'id');
  if (!answer.allowed) throw new FaultError([answer.reason], 409);
}

/** Locks the documents of a certificate and of its files, so that what it is answered and what is attached come one after the other. */
async function lockWhole(tx: Queryable, access: Access, id: string): Promise<StoredCertificate> {
  await demandCertificate(tx, access, id);
  // Whoever makes another revision holds the first one as well: after the second look there is no more of them.
  for (let look = 1; look <= 2; look++) {
    const { rows } = await tx.query<{ id: string }>(
      `select id from documents where filing_id = $1
        union all select d.id from attachments a join documents d on d.filing_id = a.id where a.certificate_id = $1`,
      [id],
    );
    await lockDocuments(
      tx,
      rows.map((r) => r.id),
    );
  }
  return demandCertificate(tx, access, id);
}

async function attachmentById(
  tx: Queryable,
  { tenants }: Pick<Access, 'tenants'>,
  id: string,
): Promise<StoredAttachment | undefined> {
  const { rows } = await tx.query<StoredAttachment>(
    `select a.id, a.tenant_id, a.certificate_id, d.id as document_id, d.revision, d.delivery, d.verdict, d.status as doc_status,
            d.message_id, d.filing as data
       from attachments a join lateral (
         select * from documents x where x.filing_id = a.id order by x.revision desc limit 1) d on true
      where a.id = $1 and a.tenant_id = any($2) and a.removed_at is null and a.certificate_id is not null`,
    [id, tenants],
  );
  return rows[0];
}

/** The same, of this certificate where one is named; throws A03 (404). */
async function demandAttachment(
  tx: Queryable,
  access: Access,
  id: string,
  certificateId?: string,
): Promise<StoredAttachment> {
  const found = await attachmentById(tx, access, id);
  if (!found || (certificateId !== undefined && found.certificate_id !== certificateId))
    throw new FaultError([notFoundFault('附件 / attachment')], 404);
  return found;
}

async function putAside(tx: Queryable, access: Access, attachment: StoredAttachment): Promise<void> {
  await tx.query('update attachments set removed_at = now(), removed_by = $2 where id = $1', [
    attachment.id,
    access.actor,
  ]);
  await takeOutOfForce(tx, [attachment.document_id]);
  const { document_id: id, tenant_id: tenantId } = attachment;
  await noteDecision(tx, access, { id, tenantId }, 'removed', '');
}

const writtenFrom = (data: AttachmentData) => ({
  order: { ...data },
  document: { guid: '', appType: '1', appTime: new Date(0), appStatus: '2', copNo: data.fileName },
});

/** The application names who applies and who exports; people may have said it otherwise than the order does. */
function dataOf(
  { form }: CertificateContext,
  { application, cert_no: certNo }: StoredCertificate,
  fileName: string,
  fields: AttachmentFields,
): AttachmentData {
  const { data } = form.compose({
    order: { ...application },
    document: { guid: '', appType: '1', appTime: new Date(0), appStatus: '2', copNo: certNo, key: certNo },
  });
  const head = nodeOf(data, 'CertificateHead');
  return {
    certNo,
    certType: fieldOf(head, 'CertType') ?? '',
    aplRegNo: fieldOf(head, 'AplRegNo') ?? '',
    ciqRegNo: fieldOf(head, 'CiqRegNo') ?? '',
    fileName,
    attachment: { [ATTACHMENT]: Object.fromEntries(Object.entries(fields).filter(([, text]) => text)) },
  };
}

/** Stores a revision of the document of an attachment; it leaves at once or waits for its application. */
async function storeDocument(
  tx: Queryable,
  { actor }: Pick<Access, 'actor'>,
  certificate: StoredCertificate,
  { id, revision, data }: { id: string; revision: number; data: AttachmentData },
): Promise<void> {
  const documentId = newId();
  const taken = certificate.verdict !== 'none' && certificate.verdict !== 'failed';
  await storeOwn(tx, [
    {
      id: documentId,
      tenantId: certificate.tenant_id,
      seq: 1,
      messageType: ATTACHMENT,
      responsible: {
        role: 'exporter',
        code: certificate.exporter_code,
        name: certificate.application.exporter.name ?? '',
      },
      guid: newGuid(),
      appType: '1',
      copNo: data.certNo,
      key: joinKey([data.certNo, data.fileName]),
      waitsFor: taken ? null : 'documents',
      revision,
      data,
      ownId: id,
      createdBy: actor,
      edition: null,
    },
  ]);
  await wake(tx, 'prepare', 'declarations');
}

/** Characters of a name without its ending. */
const LONGEST_NAME = 80;

/**
 * The name a file goes by: as it was brought, without what file systems and keys mean something by, with the ending of what it
 * is, and with a number where an earlier file of the certificate had the name.
 */
function nameFor(fileName: string, ending: string, taken: ReadonlySet<string>): string {
  const own = fileName.normalize('NFC').replace(/\.(pdf|jpe?g|png)$/i, '');
  const plain = own.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]|[\\/:*?"<>|]/gu, '_').trim();
  const stem = [...plain].slice(0, LONGEST_NAME).join('').trim() || 'file';
  for (let n = 1; ; n++) {
    const name = `${stem}${n === 1 ? '' : `-${n}`}.${ending}`;
    if (!taken.has(name)) return name;
  }
}
