import { createHash, randomBytes } from 'node:crypto';
import { FaultError } from '../base/fault.js';
import { makeFault, notFoundFault } from '../base/faults.js';
import { newId } from '../base/ids.js';
import type { FormAttachment } from '../messages/families/family.js';
import { wake, type Queryable } from '../store/store.js';

/** The single window takes no larger file. */
export const MAX_ATTACHMENT_BYTES = 4 * 1024 * 1024;
/** Files of one declaration. */
const MOST = 20;

export interface NewAttachment {
  /** 随附单据类别代码, for example `00000001` (发票). */
  kind: string;
  fileName: string;
  bytes: Buffer;
}

/** A file that goes with a declaration, without its bytes. */
export interface StoredAttachment {
  id: string;
  kind: string;
  name: string;
  fileName: string;
  size: number;
  /** SHA-256 of its bytes, hexadecimal. */
  sha256: string;
  createdBy: string;
  createdAt: Date;
}

const COLUMNS = `id, kind, name, file_name as "fileName", octet_length(bytes) as size, encode(sha256, 'hex') as sha256,
  actor_name(created_by) as "createdBy", created_at as "createdAt"`;

/** The files of a declaration; throws A03 (404) when none of the tenants has it. */
export async function attachmentsIn(
  db: Queryable,
  tenants: readonly string[],
  declarationId: string,
): Promise<StoredAttachment[]> {
  const { rowCount } = await db.query('select 1 from declarations where id = $1 and tenant_id = any($2)', [
    declarationId,
    tenants,
  ]);
  if (rowCount !== 1) throw new FaultError([notFoundFault('申报 / declaration')], 404);
  return attachmentsOf(db, tenants, declarationId);
}

/** The files that go with a declaration now, the first brought first. */
async function attachmentsOf(
  db: Queryable,
  tenants: readonly string[],
  declarationId: string,
): Promise<StoredAttachment[]> {
  const { rows } = await db.query<StoredAttachment>(
    `select ${COLUMNS} from attachments
      where declaration_id = $1 and tenant_id = any($2) and removed_at is null order by created_at, id`,
    [declarationId, tenants],
  );
  return rows;
}

/**
 * Keeps a file with a declaration, so that it leaves with the message when that is written; the same file of the same kind
 * stays one. Throws A03 (404) when none of the tenants has the declaration, G20–G23 (422) for what is no PDF, too large, of no
 * kind, one too many, or too late because the declaration has left.
 */
export async function addAttachment(
  tx: Queryable,
  tenants: readonly string[],
  declarationId: string,
  { kind, fileName, bytes }: NewAttachment,
  actor: string,
): Promise<StoredAttachment> {
  const { rows } = await tx.query<{ tenant_id: string; office: string | null; left: boolean }>(
    `select c.tenant_id, coalesce(r.body, o.body) #>> '{list,customsCode}' as office,
            exists (select 1 from documents d where d.declaration_id = c.id and d.current and d.filing is null
                      and d.message_type = 'DecMessage' and d.message_id is not null) as left
       from declarations c join orders o on o.id = c.id
       left join lateral (select body from order_revisions where order_id = c.id order by revision desc limit 1) r on true
      where c.id = $1 and c.tenant_id = any($2) for update of c`,
    [declarationId, tenants],
  );
  const [declaration] = rows;
  if (!declaration) throw new FaultError([notFoundFault('申报 / declaration')], 404);
  const there = await attachmentsOf(tx, tenants, declarationId);
  const sha256 = createHash('sha256').update(bytes).digest();
  const same = there.find((a) => a.kind === kind && a.sha256 === sha256.toString('hex'));
  if (same) return same;
  const faults = [
    ...(/^\d{8}$/.test(kind)
      ? []
      : [makeFault('A04', 'query.kind', { reason: '八位类别代码 / eight digits' })]),
    ...(fileName === '' ? [makeFault('A04', 'query.fileName', { reason: '文件名 / a file name' })] : []),
    ...(kindOfFile(bytes)?.ending === 'pdf' ? [] : [makeFault('G20', 'body')]),
    ...(bytes.length <= MAX_ATTACHMENT_BYTES ? [] : [makeFault('G21', 'body', { max: '4' })]),
    ...(there.length < MOST ? [] : [makeFault('G22', 'body', { max: String(MOST) })]),
    ...(declaration.left ? [makeFault('G23', 'id')] : []),
  ];
  if (faults.length > 0) throw new FaultError(faults, 422);
  const random = (randomBytes(8).readBigUInt64BE() % 10n ** 18n).toString().padStart(18, '0');
  const id = newId();
  await tx.query(
    `insert into attachments (id, tenant_id, declaration_id, kind, name, file_name, bytes, sha256, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      id,
      declaration.tenant_id,
      declarationId,
      kind,
      `${declaration.office ?? ''}${kind}IM${random}.pdf`,
      fileName,
      bytes,
      sha256,
      actor,
    ],
  );
  await wake(tx, 'declarations');
  const made = (await attachmentsOf(tx, tenants, declarationId)).find((a) => a.id === id);
  if (!made) throw new Error('an attachment just stored is there');
  return made;
}

/**
 * Takes a file away again before its declaration leaves. False when it was not there; throws G23 (422) when the declaration
 * that carries it has left.
 */
export async function removeAttachment(
  tx: Queryable,
  tenants: readonly string[],
  id: string,
  actor: string,
): Promise<boolean> {
  const { rows } = await tx.query<{ left: boolean }>(
    `select exists (select 1 from documents d where d.declaration_id = c.id and d.current and d.filing is null
                      and d.message_type = 'DecMessage' and d.message_id is not null) as left
       from attachments a join declarations c on c.id = a.declaration_id
      where a.id = $1 and a.tenant_id = any($2) and a.removed_at is null for update of c`,
    [id, tenants],
  );
  if (rows[0]?.left) throw new FaultError([makeFault('G23', 'id')], 422);
  const { rowCount } = await tx.query(
    `update attachments set removed_at = now(), removed_by = $3 where id = $1 and tenant_id = any($2) and removed_at is null`,
    [id, tenants, actor],
  );
  return rowCount === 1;
}

/** Media types of the files that are taken, by how they begin. */
const BEGINNINGS = [
  { begins: '255044462d', media: 'application/pdf', ending: 'pdf' },
  { begins: 'ffd8ff', media: 'image/jpeg', ending: 'jpg' },
  { begins: '89504e470d0a1a0a', media: 'image/png', ending: 'png' },
] as const;

/** What a file is by its own bytes, whatever its name says; undefined for what is neither PDF nor picture (JPEG, PNG). */
export function kindOfFile(bytes: Buffer): (typeof BEGINNINGS)[number] | undefined {
  const start = bytes.subarray(0, 8).toString('hex');
  return BEGINNINGS.find(({ begins }) => start.startsWith(begins));
}

/** One file with its bytes, also one taken away; undefined when none of the tenants has it. */
export async function attachmentBytes(
  db: Queryable,
  tenants: readonly string[],
  id: string,
): Promise<{ fileName: string; bytes: Buffer } | undefined> {
  const { rows } = await db.query<{ fileName: string; bytes: Buffer }>(
    'select file_name as "fileName", bytes from attachments where id = $1 and tenant_id = any($2)',
    [id, tenants],
  );
  return rows[0];
}

/** What the messages of these declarations name as their files, by declaration. */
export async function attachmentsFor(
  tx: Queryable,
  declarationIds: readonly string[],
): Promise<Map<string, (FormAttachment & { id: string })[]>> {
  const found = new Map<string, (FormAttachment & { id: string })[]>();
  if (declarationIds.length === 0) return found;
  const { rows } = await tx.query<FormAttachment & { id: string; declarationId: string }>(
    `select id, declaration_id as "declarationId", kind, name, file_name as "fileName", octet_length(bytes) as size from attachments
      where declaration_id = any($1::uuid[]) and removed_at is null order by created_at, id`,
    [declarationIds],
  );
  for (const { declarationId, ...attachment } of rows)
    found.set(declarationId, [...(found.get(declarationId) ?? []), attachment]);
  return found;
}

/** The files that left, or leave, with messages, by message. */
export async function filesOfMessages(
  db: Queryable,
  messageIds: readonly string[],
): Promise<Map<string, { name: string; bytes: Buffer }[]>> {
  const found = new Map<string, { name: string; bytes: Buffer }[]>();
  const { rows } = await db.query<{ message: string; name: string; bytes: Buffer }>(
    `select m.id as message, a.name, a.bytes
       from messages m cross join lateral unnest(m.attachments) with ordinality as k (id, n) join attachments a on a.id = k.id
      where m.id = any($1::uuid[]) and m.attachments is not null order by m.id, k.n`,
    [messageIds],
  );
  for (const { message, name, bytes } of rows)
    found.set(message, [...(found.get(message) ?? []), { name, bytes }]);
  return found;
}

/** The bytes of files that leave in messages of their own, by attachment. */
export async function carriedFiles(tx: Queryable, ids: readonly string[]): Promise<Map<string, Buffer>> {
  const { rows } = await tx.query<{ id: string; bytes: Buffer }>(
    'select id, bytes from attachments where id = any($1::uuid[])',
    [ids],
  );
  return new Map(rows.map((r) => [r.id, r.bytes]));
}
