import { XmlDocument } from 'libxml2-wasm';
import type { Queryable } from '../store/store.js';
import { readCertificate } from '../signing/certificate.js';
import { xmldsigNamespace } from '../signing/profiles.js';
import { verifyMessage } from '../signing/verify.js';
import { entryColumns, lineOf, NOTHING_BEFORE, type Entry, type EntryRow } from './chain.js';

/** A file of the evidence: its path in the archive and its bytes. */
export interface EvidenceFile {
  path: string;
  bytes: Buffer;
}

/** What there is of one declaration, before it is packed. */
export interface Evidence {
  files: EvidenceFile[];
  /** Entries of the chain that speak of it, each with its line and the file whose hash it names (null: none is packed). */
  entries: { entry: Entry; line: string; path: string | null }[];
  /** What is left out because it names enterprises the asker may not see: paths it would have had. */
  left: string[];
}

interface MessageRow {
  id: string;
  message_type: string;
  guid: string;
  bytes: Buffer;
  all_own: boolean;
}

/**
 * Everything the gateway holds of a declaration: the order with its corrections, every signed message of its documents,
 * filings and certificates of origin, the files attached to them, every file received for them, attempts and decisions, and
 * the entries of the chain about these. Files that speak of other enterprises are left out and named. Undefined when none
 * of `tenants` owns the declaration.
 */
export async function collectEvidence(
  db: Queryable,
  tenants: readonly string[],
  declarationId: string,
): Promise<Evidence | undefined> {
  const { rows: orders } = await db.query<{ body: string }>(
    'select body::text as body from orders where id = $1 and tenant_id = any($2)',
    [declarationId, tenants],
  );
  const order = orders[0];
  if (!order) return undefined;
  const files: EvidenceFile[] = [];
  const left: string[] = [];
  /** Path of the file whose hash an entry names, by kind, subject and what tells entries of one subject apart. */
  const paths = new Map<string, string>();
  const pack = (path: string, bytes: Buffer, ...keys: string[]): void => {
    files.push({ path, bytes });
    for (const key of keys) paths.set(key, path);
  };

  pack('order/order.json', Buffer.from(order.body), `order-taken ${declarationId}`);
  const { rows: revisions } = await db.query<{ revision: number; text: string }>(
    `select revision, audit_revision_text(revision, body, changes, reason) as text
       from order_revisions where order_id = $1 order by revision`,
    [declarationId],
  );
  for (const { revision, text } of revisions)
    pack(
      `order/correction-${revision}.json`,
      Buffer.from(text),
      `order-corrected ${declarationId} ${revision}`,
    );

  const certificates = await certificatesOf(db, declarationId, tenants);
  for (const { cert_no: number, own } of certificates) if (!own) left.push(`certificate-of-origin/${number}`);
  const certified = certificates.filter((c) => c.own).map((c) => c.id);
  const attachments = await attachmentsOf(db, declarationId, certified);
  for (const [i, { id, name, bytes }] of attachments.entries())
    pack(
      `attachments/${String(i + 1).padStart(2, '0')}-${name.replace(/[^\p{L}\p{N}._-]/gu, '_')}`,
      bytes,
      `attachment-added ${id}`,
      `attachment-removed ${id}`,
    );
  const attached = attachments.map((a) => a.id);
  const documents = await documentIds(db, declarationId, [...certified, ...attached]);
  const messages = await messagesOf(db, documents, tenants);
  for (const [i, message] of messages.entries()) {
    const name = `${String(i + 1).padStart(2, '0')}-${message.message_type}-${message.guid}`;
    if (message.all_own) {
      pack(
        `messages/${name}.xml`,
        message.bytes,
        `message-signed ${message.id}`,
        `message-leaves ${message.id}`,
      );
      files.push(...(await signatureFiles(name, message)));
    } else left.push(`messages/${name}.xml`);
  }
  const receipts = await receiptsOf(db, documents, declarationId, tenants);
  for (const [i, receipt] of receipts.entries()) {
    const path = `receipts/${String(i + 1).padStart(2, '0')}-${receipt.message_type ?? 'unread'}-${receipt.id}.xml`;
    if (receipt.own) pack(path, receipt.bytes, `receipt-stored ${receipt.id}`);
    else left.push(path);
  }
  const { rows: attempts } = await db.query<{ message_id: string; n: number; text: string }>(
    `select message_id, n, audit_attempt_text(n, outcome, detail) as text
       from attempts where message_id = any($1) and outcome is not null order by started_at`,
    [messages.map((m) => m.id)],
  );
  for (const { message_id: id, n, text } of attempts) {
    const at = messages.findIndex((m) => m.id === id) + 1;
    pack(`attempts/${String(at).padStart(2, '0')}-${n}.json`, Buffer.from(text), `attempt-ended ${id} ${n}`);
  }
  const { rows: decisions } = await db.query<{ id: string; document_id: string; text: string }>(
    'select id, document_id, audit_decision_text(kind, note) as text from decisions where document_id = any($1) order by decided_at',
    [documents],
  );
  for (const [i, { id, document_id: document, text }] of decisions.entries())
    pack(
      `decisions/${String(i + 1).padStart(2, '0')}.json`,
      Buffer.from(text),
      `document-decided ${document} ${id}`,
    );

  const subjects = [
    declarationId,
    ...documents,
    ...messages.map((m) => m.id),
    ...receipts.map((r) => r.id),
    ...attached,
  ];
  return { files, left, entries: await entriesOf(db, subjects, (entry) => paths.get(keyOf(entry)) ?? null) };
}

/** What an entry's file was packed under. */
function keyOf(entry: Entry): string {
  const detail = JSON.parse(entry.detail) as Record<string, unknown>;
  const part = { 'order-corrected': 'revision', 'attempt-ended': 'attempt', 'document-decided': 'decision' }[
    entry.kind
  ];
  const apart = part === undefined ? undefined : detail[part];
  return [entry.kind, entry.subject, ...(apart === undefined ? [] : [String(apart)])].join(' ');
}

/** Certificates of origin that cover the declaration; `own` when all they cover is of `tenants`. */
async function certificatesOf(
  db: Queryable,
  declarationId: string,
  tenants: readonly string[],
): Promise<{ id: string; cert_no: string; own: boolean }[]> {
  const { rows } = await db.query<{ id: string; cert_no: string; own: boolean }>(
    `select c.id, c.cert_no, bool_and(c.tenant_id = any($2) and d.tenant_id = any($2)) as own
       from certificates c join certificate_lines l on l.certificate_id = c.id join declarations d on d.id = l.declaration_id
      where c.id in (select certificate_id from certificate_lines where declaration_id = $1)
      group by c.id order by c.id`,
    [declarationId, tenants],
  );
  return rows;
}

/** Files that go with the declaration or its certificates, also those taken away. */
async function attachmentsOf(
  db: Queryable,
  declarationId: string,
  certificates: readonly string[],
): Promise<{ id: string; name: string; bytes: Buffer }[]> {
  const { rows } = await db.query<{ id: string; name: string; bytes: Buffer }>(
    'select id, name, bytes from attachments where declaration_id = $1 or certificate_id = any($2) order by created_at, id',
    [declarationId, certificates],
  );
  return rows;
}

/** Documents written from the order, every revision, filings that cover it, and what is filed under `filings`. */
async function documentIds(
  db: Queryable,
  declarationId: string,
  filings: readonly string[],
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from documents where declaration_id = $1 or filing_id = any($2)
     union select document_id from filing_declarations where declaration_id = $1`,
    [declarationId, filings],
  );
  return rows.map((r) => r.id);
}

async function messagesOf(
  db: Queryable,
  documents: readonly string[],
  tenants: readonly string[],
): Promise<MessageRow[]> {
  const { rows } = await db.query<MessageRow>(
    `select m.id, m.message_type, m.guid, m.bytes,
            (select bool_and(d.tenant_id = any($2)) from documents d where d.message_id = m.id) as all_own
       from messages m where m.id in (select message_id from documents where id = any($1)) order by m.created_at, m.id`,
    [documents, tenants],
  );
  return rows;
}

/** Files with a receipt of one of the documents, or that customs sent unasked about the declaration. */
async function receiptsOf(
  db: Queryable,
  documents: readonly string[],
  declarationId: string,
  tenants: readonly string[],
): Promise<{ id: string; message_type: string | null; bytes: Buffer; own: boolean }[]> {
  const { rows } = await db.query<{ id: string; message_type: string | null; bytes: Buffer; own: boolean }>(
    `select w.id, w.message_type, w.bytes,
            case when w.tenants = '{}' then w.tenant_id = any($3) else w.tenants <@ $3::uuid[] end as own
       from raw_receipts w
      where w.id in (select raw_id from receipts where document_id = any($1)
                     union select raw_id from pushed_messages where document_id = any($1) or declaration_id = $2
                     union select p.raw_id from pushed_messages p join pushed_declarations x on x.pushed_id = p.id
                            where x.declaration_id = $2)
      order by w.received_at, w.id`,
    [documents, declarationId, tenants],
  );
  return rows;
}

async function entriesOf(
  db: Queryable,
  subjects: readonly string[],
  pathOf: (entry: Entry) => string | null,
): Promise<Evidence['entries']> {
  const { rows } = await db.query<EntryRow & { before: string | null }>(
    `select ${entryColumns}, (select encode(b.hash, 'hex') from audit_entries b where b.seq = e.seq - 1) as before
       from audit_entries e where subject = any($1) order by e.seq`,
    [subjects],
  );
  return rows.map(({ before, ...row }) => {
    const entry = { ...row, seq: Number(row.seq) };
    return { entry, line: lineOf(entry, before ?? NOTHING_BEFORE), path: pathOf(entry) };
  });
}

/** The certificate in a message, and for SM2, which xmlsec1 does not know, what openssl is to be given. */
async function signatureFiles(name: string, message: MessageRow): Promise<EvidenceFile[]> {
  const document = XmlDocument.fromBuffer(message.bytes);
  try {
    const ds = { ds: xmldsigNamespace };
    const text = (path: string): string => document.get(path, ds)?.content.replace(/\s+/g, '') ?? '';
    const base64 = text('//ds:X509Certificate');
    if (base64 === '') return [];
    const certificate = readCertificate(base64);
    const pem = `-----BEGIN CERTIFICATE-----\n${certificate.base64.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`;
    const files = [{ path: `certificates/${name}.pem`, bytes: Buffer.from(pem) }];
    const verdict = await verifyMessage(message.bytes);
    if (verdict.suite !== 'sm2-sm3') return files;
    const signedInfo = Buffer.from(document.get('//ds:SignedInfo', ds)?.canonicalizeToString() ?? '');
    document.get('//ds:Signature', ds)?.remove();
    const content = Buffer.from(document.canonicalizeToString());
    return [
      ...files,
      { path: `signed/${name}.content`, bytes: content },
      { path: `signed/${name}.signedinfo`, bytes: signedInfo },
    ];
  } finally {
    document.dispose();
  }
}
