import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { decimal, isPlainDecimal } from '../base/decimal.js';
import { FaultError, type Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { newId } from '../base/ids.js';
import { joinKey } from '../declarations/plan.js';
import type { Access } from '../enterprises/access.js';
import type { Catalogue } from '../messages/catalogue.js';
import { keyValues } from '../messages/documentKeys.js';
import type { MessageMapping } from '../messages/mapping.js';
import { readMessage, type MessageNode, type ReadMessage } from '../messages/reader.js';
import type { StructureVerdict } from '../messages/structure.js';
import type { Order } from '../orders/order.js';
import { readCertificate } from '../signing/certificate.js';
import type { SignatureVerdict } from '../signing/verify.js';
import { wake, type Queryable, type Store } from '../store/store.js';
import type { IntakeJourney } from './context.js';

export interface PartyDocumentContext {
  store: Store;
  catalogue: Catalogue;
  /** Reads a message and holds it against its schema, apart from the process. */
  readMessage(bytes: Buffer): Promise<{ read: ReadMessage; structure: StructureVerdict }>;
  /** What the signature of a message says, held against a certificate; apart from the process. */
  verify(bytes: Buffer, certificate: string): Promise<SignatureVerdict>;
  journey: IntakeJourney;
  refresh(tx: Queryable, declarationIds: string[]): Promise<void>;
}

export interface AcceptedPartyDocument {
  messageId: string;
  guid: string;
  messageType: string;
  documents: { documentId: string; declarationId: string; key: string }[];
}

/** Fields that may differ between the party's document and ours: the party's own numbers, times and wording. */
const OWN_WORDING = /^(guid|appType|appTime|appStatus|note|goodsInfo|\w+Name|telephone|ebcTelephone)$/;

/** appType of a document that its party takes back: whoever waits for one does not wait for that. */
const TAKEN_BACK = '3';

/**
 * Takes a message that its responsible party signed itself: verifies signature (with the registered certificate) and
 * structure, matches every document with one that waits for this party, compares it with the order, and queues the
 * bytes unchanged. Everything or nothing: signed bytes cannot be split. Throws FaultError with every fault found.
 * Source: 公告2018年第113号 (each party answers for, and signs, its own document).
 */
export async function acceptPartyDocument(
  context: PartyDocumentContext,
  access: Access,
  bytes: Buffer,
): Promise<AcceptedPartyDocument> {
  const { read, structure } = await context.readMessage(bytes);
  const mapping = context.catalogue.message(read.messageType);
  if (!mapping || mapping.direction !== 'send' || mapping.filing || mapping.document === 'list')
    throw new FaultError([makeFault('E01', '', { messageType: read.messageType })]);
  if (!structure.ok) throw new FaultError(structure.faults);
  // Canonical form knows neither comments nor CDATA sections: anybody could have put them in after signing, and there are
  // readers to whom a field ends before them.
  if (read.bytes.includes('<!--') || read.bytes.includes('<![CDATA['))
    throw new FaultError([makeFault('E08', '')]);
  const certificate = await demandSignature(context, mapping, read);

  return context.store.transaction(async (tx) => {
    const guid = read.guid ?? '';
    const { rows: before } = await tx.query('select 1 from messages where guid = $1', [guid]);
    if (before.length > 0) throw new FaultError([makeFault('E05', 'guid', { guid })], 409);
    const matched = await matchAll(tx, access, mapping, read);
    const faults: Fault[] = [];
    for (const { node, row, index } of matched) {
      faults.push(...differences(context, mapping, node, row, index));
      // Writing and reading ours takes a moment each: others have their turn between them.
      await setImmediate();
    }
    if (faults.length > 0) throw new FaultError(faults);
    const first = matched[0]?.row;
    if (!first) throw new FaultError([makeFault('E01', '', { messageType: read.messageType })]);
    const messageId = newId();
    await tx.query(
      `insert into messages (id, tenant_id, message_type, guid, signer_code, suite, key_name, bytes, sha256, document_count, delivery, handed_in_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'queued', $11)`,
      [
        messageId,
        first.tenant_id,
        read.messageType,
        guid,
        certificate.enterpriseCode,
        certificate.suite,
        certificate.serial,
        read.bytes,
        createHash('sha256').update(read.bytes).digest(),
        matched.length,
        access.actor,
      ],
    );
    await tx.query('insert into outbox (message_id, tenant_id) values ($1, $2)', [
      messageId,
      first.tenant_id,
    ]);
    await tx.query(
      `update documents set delivery = 'queued', waiting_for = null, message_id = $2, app_time = now(), edition = $3 where id = any($1)`,
      [matched.map((m) => m.row.id), messageId, mapping.edition],
    );
    await context.refresh(tx, [...new Set(matched.map((m) => m.row.declaration_id))]);
    await wake(tx, 'dispatch', 'declarations');
    return {
      messageId,
      guid,
      messageType: read.messageType,
      documents: matched.map((m) => ({
        documentId: m.row.id,
        declarationId: m.row.declaration_id,
        key: m.row.document_key,
      })),
    };
  });
}

interface KnownCertificate {
  enterpriseCode: string;
  suite: string;
  serial: string;
}

/**
 * The signature must hold and be made with a certificate registered for the enterprise that answers for every document of
 * the message: whoever signs for another forges. Throws E02 without such a certificate, E07 for each foreign document.
 */
async function demandSignature(
  { store: db, verify }: PartyDocumentContext,
  mapping: MessageMapping,
  read: ReadMessage,
): Promise<KnownCertificate> {
  const codes = read.documents.map((document) => partyCodes(mapping, document));
  const all = [...new Set(codes.flat())];
  const { rows } = await db.query<{ enterprise_code: string; certificate: string; serial: string }>(
    `select enterprise_code, certificate, serial from party_certificates
      where enterprise_code = any($1) and revoked_at is null order by enterprise_code, serial`,
    [all],
  );
  const named = rows.filter((r) => r.serial === read.signature?.keyName);
  const signers = named.length > 0 ? named : rows;
  const [first] = signers;
  if (!first) throw new FaultError([makeFault('E02', 'signature', { code: all.join(', ') })]);
  const known = signers.find((r) => codes.every((of) => of.includes(r.enterprise_code)));
  if (!known)
    throw new FaultError(
      codes.flatMap((of, i) =>
        of.includes(first.enterprise_code)
          ? []
          : [
              makeFault('E07', `documents[${i}]`, {
                index: String(i + 1),
                signer: first.enterprise_code,
              }),
            ],
      ),
    );
  const verdict = await verify(read.bytes, known.certificate);
  if (!verdict.ok) throw new FaultError(verdict.problems);
  // Others read messages without it; customs does not.
  if (verdict.keyName === undefined)
    throw new FaultError([makeFault('S07', 'Signature', { element: 'ds:KeyName' })]);
  return { enterpriseCode: known.enterprise_code, suite: verdict.suite ?? '', serial: known.serial };
}

/** Codes of the parties that may answer for a document, as the message names them. */
function partyCodes(mapping: MessageMapping, document: MessageNode): string[] {
  const roles = new Set((mapping.responsible ?? []).map((role) => `order.${role}.code`));
  const names = fieldsOf(mapping).filter((f) => [f.from ?? []].flat().some((path) => roles.has(path)));
  const found = leaves(document);
  return [...new Set(names.flatMap((f) => found.get(f.name) ?? []))];
}

function fieldsOf(mapping: MessageMapping) {
  const business = mapping.root[0];
  return business
    ? [
        ...(business.fields ?? []),
        ...(business.children ?? []).flatMap((c) => (c.each ? [] : (c.fields ?? []))),
      ]
    : [];
}

interface WaitingRow {
  id: string;
  tenant_id: string;
  declaration_id: string;
  document_key: string;
  guid: string;
  cop_no: string;
  body: Order;
}

async function matchAll(tx: Queryable, access: Access, mapping: MessageMapping, read: ReadMessage) {
  const keys = read.documents.map((d) => joinKey(keyValues(mapping, d)));
  const { rows } = await tx.query<WaitingRow>(
    `select d.id, d.tenant_id, d.declaration_id, d.document_key, d.guid, d.cop_no, coalesce(r.body, o.body) as body
       from documents d join orders o on o.id = d.declaration_id
       left join order_revisions r on r.order_id = o.id and r.revision = d.order_revision
      where d.message_type = $1 and d.document_key = any($2) and d.waiting_for = 'party' and d.tenant_id = any($3)
      order by d.id for update of d`,
    [mapping.message, keys, access.tenants],
  );
  const byKey = new Map(rows.map((r) => [r.document_key, r]));
  const faults: Fault[] = [];
  const matched = read.documents.flatMap((node, index) => {
    const key = keys[index] ?? '';
    const row = byKey.get(key);
    const earlier = keys.indexOf(key);
    if (earlier < index)
      faults.push(
        makeFault('E09', `documents[${index}]`, {
          index: String(index + 1),
          earlier: String(earlier + 1),
          key,
        }),
      );
    if (!row) faults.push(makeFault('E03', `documents[${index}]`, { index: String(index + 1), key }));
    return row ? [{ node, row, index }] : [];
  });
  if (faults.length > 0) throw new FaultError(faults);
  return matched;
}

/** Where the party's document and ours say different things; what only one of them says does not count. */
function differences(
  context: PartyDocumentContext,
  mapping: MessageMapping,
  theirs: MessageNode,
  row: WaitingRow,
  index: number,
): Fault[] {
  const unsigned = context.journey.build(
    mapping.message,
    row.guid,
    [{ guid: row.guid, appType: '1', copNo: row.cop_no, preNo: null, invtNo: null, order: row.body }],
    new Date(0),
  );
  const ours = readMessage(Buffer.from(unsigned.head + unsigned.tail), context.catalogue).documents[0];
  if (!ours) return [];
  const mine = leaves(ours);
  const titles = new Map(fieldsOf(mapping).map((f) => [f.name, f.zh]));
  return [...leaves(theirs)].flatMap(([path, value]) => {
    const own = mine.get(path);
    const name = path.split('.').pop() ?? path;
    const theirsToSay = OWN_WORDING.test(name) && !(name === 'appType' && value === TAKEN_BACK);
    if (own === undefined || theirsToSay || sameValue(own, value)) return [];
    return [
      makeFault('E04', `documents[${index}].${path}`, {
        index: String(index + 1),
        field: titles.get(name) ?? name,
        theirs: value,
        ours: own,
      }),
    ];
  });
}

const sameValue = (a: string, b: string): boolean =>
  a === b || (isPlainDecimal(a) && isPlainDecimal(b) && decimal(a).eq(decimal(b)));

/** Leaves of a read document by name (fields of the once-only nodes) or `list.n.name`. */
function leaves(node: MessageNode, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(node)) {
    if (typeof value === 'string') found.set(prefix + name, value.trim());
    else if (Array.isArray(value))
      value.forEach((item, i) => {
        if (typeof item !== 'string')
          for (const [k, v] of leaves(item, `${prefix}${name}.${i}.`)) found.set(k, v);
      });
    else for (const [k, v] of leaves(value, prefix)) found.set(k, v);
  }
  return found;
}

/** What a certificate says, without how it was copied: PEM lines or Base64 alone. */
const bare = (certificate: string) =>
  `regexp_replace(${certificate}, '-----[^-]+-----|[[:space:]]', '', 'g')`;

/**
 * Registers the certificate with which a party signs its own documents; the same one again takes back its revocation. A serial
 * is given once by who issues certificates: another certificate with that of a registered one never takes its place.
 *
 * @throws FaultError E06 when it cannot be read, E10 (409) for another certificate with a serial that is registered
 */
export async function registerPartyCertificate(
  db: Queryable,
  access: Access,
  enterpriseCode: string,
  certificate: string,
): Promise<{ enterpriseCode: string; serial: string; subject: string; notAfter: string }> {
  let read: ReturnType<typeof readCertificate>;
  try {
    read = readCertificate(certificate);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FaultError([makeFault('E06', 'certificate', { reason })]);
  }
  const { rowCount } = await db.query(
    `insert into party_certificates as p (tenant_id, enterprise_code, serial, certificate, registered_by)
     values ($1, $2, $3, $4, $5) on conflict (enterprise_code, serial) do update
       set certificate = excluded.certificate, registered_by = excluded.registered_by, registered_at = now(), revoked_at = null
     where ${bare('p.certificate')} = ${bare('excluded.certificate')}`,
    [access.tenantId, enterpriseCode, read.serial, certificate, access.actor],
  );
  if (rowCount === 0)
    throw new FaultError(
      [makeFault('E10', 'certificate', { code: enterpriseCode, serial: read.serial })],
      409,
    );
  return {
    enterpriseCode,
    serial: read.serial,
    subject: read.subject,
    notAfter: new Date(read.notAfter).toISOString(),
  };
}

/** Every certificate that was registered for a party, the newest first. */
export async function listPartyCertificates(db: Queryable) {
  const { rows } = await db.query<{
    enterprise_code: string;
    serial: string;
    certificate: string;
    registered_by: string;
    registered_at: Date;
    revoked_at: Date | null;
  }>(
    `select enterprise_code, serial, certificate, actor_name(registered_by) as registered_by, registered_at, revoked_at
       from party_certificates order by registered_at desc, enterprise_code, serial`,
  );
  return rows.map((row) => {
    const { subject, notAfter } = readCertificate(row.certificate);
    return {
      enterpriseCode: row.enterprise_code,
      serial: row.serial,
      subject,
      notAfter: notAfter.toISOString(),
      registeredBy: row.registered_by,
      registeredAt: row.registered_at.toISOString(),
      revokedAt: row.revoked_at?.toISOString() ?? null,
    };
  });
}
