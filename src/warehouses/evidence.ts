import { createHash } from 'node:crypto';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { newId } from '../base/ids.js';
import type { Queryable, Store } from '../store/store.js';
import { withdrawRow } from '../store/withdrawn.js';

/** What a paper about a warehouse shows. */
export const evidenceKinds = [
  'lease',
  'ownership',
  'acquisition',
  'investment',
  'booking',
  'operation',
  'photo',
  'other',
] as const;
export type EvidenceKind = (typeof evidenceKinds)[number];

/** Files that are kept as evidence, known by their first bytes; the name alone is not believed. */
const MEDIA: readonly { type: string; ending: RegExp; starts: readonly string[] }[] = [
  { type: 'application/pdf', ending: /\.pdf$/i, starts: ['255044462d'] },
  { type: 'image/jpeg', ending: /\.jpe?g$/i, starts: ['ffd8ff'] },
  { type: 'image/png', ending: /\.png$/i, starts: ['89504e470d0a1a0a'] },
  { type: 'image/tiff', ending: /\.tiff?$/i, starts: ['49492a00', '4d4d002a'] },
  {
    type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    ending: /\.xlsx$/i,
    starts: ['504b0304'],
  },
  {
    type: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    ending: /\.docx$/i,
    starts: ['504b0304'],
  },
];
const LONGEST_START = 8;

export interface NewEvidence {
  kind: EvidenceKind;
  title: string;
  fileName: string;
  validFrom: string | null;
  validTo: string | null;
}

/**
 * Keeps a file about a warehouse with its SHA-256. The same bytes stand once: `again` then. Undefined when none of these
 * sellers has the warehouse. Throws N04 (415) for another kind of file than its name says or than is kept, N03 (422) for
 * days in the wrong order.
 */
export async function keepEvidence(
  store: Store,
  tenants: readonly string[],
  warehouseId: string,
  { kind, title, fileName, validFrom, validTo }: NewEvidence,
  bytes: Buffer,
  by: string,
): Promise<{ id: string; sha256: string; again: boolean } | undefined> {
  const sha256 = createHash('sha256').update(bytes).digest();
  return store.transaction(async (tx) => {
    const { rows } = await tx.query<{ tenant_id: string }>(
      'select tenant_id from warehouses where id = $1 and tenant_id = any($2) for no key update',
      [warehouseId, tenants],
    );
    const [owner] = rows;
    if (!owner) return undefined;
    const media = mediaOf(fileName, bytes);
    if (validFrom !== null && validTo !== null && validTo < validFrom) throw wrongDays();
    const { rows: before } = await tx.query<{ id: string }>(
      'select id from warehouse_evidence where warehouse_id = $1 and sha256 = $2 and withdrawn_at is null',
      [warehouseId, sha256],
    );
    if (before[0]) return { id: before[0].id, sha256: sha256.toString('hex'), again: true };
    const id = newId();
    await tx.query(
      `insert into warehouse_evidence (id, tenant_id, warehouse_id, kind, title, file_name, media_type, size, sha256, valid_from, valid_to, recorded_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        id,
        owner.tenant_id,
        warehouseId,
        kind,
        title,
        fileName,
        media,
        bytes.length,
        sha256,
        validFrom,
        validTo,
        by,
      ],
    );
    await tx.query(
      'insert into warehouse_evidence_bytes (evidence_id, tenant_id, bytes) values ($1, $2, $3)',
      [id, owner.tenant_id, bytes],
    );
    return { id, sha256: sha256.toString('hex'), again: false };
  });
}

/** The media type by name and first bytes together. Throws N04. */
function mediaOf(fileName: string, bytes: Buffer): string {
  const start = bytes.subarray(0, LONGEST_START).toString('hex');
  const found = MEDIA.find(
    ({ ending, starts }) => ending.test(fileName) && starts.some((one) => start.startsWith(one)),
  );
  if (!found) throw new FaultError([makeFault('N04', 'body', { fileName })], 415);
  return found.type;
}

const wrongDays = (): FaultError =>
  new FaultError(
    [
      makeFault('N03', 'validTo', {
        reasonZh: '截止日期早于起始日期',
        reasonEn: 'The last day is before the first',
      }),
    ],
    422,
  );

/** The bytes of a paper as they came; undefined when none of these sellers has it. */
export async function evidenceBytes(
  db: Queryable,
  tenants: readonly string[],
  id: string,
): Promise<{ fileName: string; mediaType: string; sha256: string; bytes: Buffer } | undefined> {
  const { rows } = await db.query<{ fileName: string; mediaType: string; sha256: string; bytes: Buffer }>(
    `select e.file_name as "fileName", e.media_type as "mediaType", encode(e.sha256, 'hex') as sha256, b.bytes
       from warehouse_evidence e join warehouse_evidence_bytes b on b.evidence_id = e.id
      where e.id = $1 and e.tenant_id = any($2)`,
    [id, tenants],
  );
  return rows[0];
}

/** Takes a paper back; row and bytes stay. False when none of these sellers' stands by this id. */
export const withdrawEvidence = (
  db: Queryable,
  tenants: readonly string[],
  id: string,
  by: string,
  why: string,
): Promise<boolean> => withdrawRow(db, 'warehouse_evidence', tenants, id, by, why);
