import { createHash } from 'node:crypto';
import { z } from 'zod';
import { newId } from '../../base/ids.js';
import { closeMonth } from '../../figures/closings.js';
import { monthAfter, type Chosen } from '../../figures/dimensions.js';
import { momentOf } from '../../figures/moment.js';
import { digestRecords } from '../../figures/read.js';
import { KeyFailed, openSigner, restKey } from '../../documents/failingKeys.js';
import type { SignerRegistry } from '../../signing/signer.js';
import { LOCK } from '../../store/advisory.js';
import type { Queryable, Store } from '../../store/store.js';
import { exchangeCsv, exchangeDimensions, exchangeRows, type ExchangeFields } from './exchange.js';
import { figures, type FiguresContext } from './figures.js';
import type { snapshotSchema } from './shapes.js';
import { month7 } from '../../base/clock.js';

export type Snapshot = z.output<typeof snapshotSchema>;

/** What freezing needs: the figures' context, the exchange format, and who signs for the gateway. */
export interface SnapshotContext extends FiguresContext {
  dictionary: ExchangeFields;
  signers: SignerRegistry;
  /** Enterprise code of the gateway's operator, whose key signs; no key, no signature. */
  signerCode: string;
}

const queryOf = z.object({
  from: z.string(),
  to: z.string(),
  chosen: z.record(z.string(), z.array(z.string())),
});

/** A detached signature over the exact bytes of an exported file. */
const signatureSchema = z.object({
  file: z.enum(['json', 'csv']),
  sha256: z.string(),
  suite: z.string(),
  keyName: z.string(),
  signer: z.string(),
  /** DER in Base64. */
  certificate: z.string(),
  /** Base64; RSA PKCS#1 v1.5 with SHA-1, or SM2 with SM3 as raw r‖s. */
  value: z.string(),
});
export type DetachedSignature = z.output<typeof signatureSchema>;

export interface Freezing {
  kind: 'monthly' | 'named';
  name: string;
  status: 'preliminary' | 'final';
  from: string;
  to: string;
  chosen: Chosen;
  by: string;
  asOf?: Date;
}

/**
 * Freezes figures of all sellers by every dimension of the exchange format: the next revision of its name, with the bytes
 * of both files, their signatures, and the count and digest of the record versions behind them. Never changed afterwards.
 */
export async function freeze(store: Store, context: SnapshotContext, freezing: Freezing): Promise<string> {
  const asOf = await momentOf(store, freezing.asOf);
  const tenants = (await store.query<{ id: string }>('select id from tenants')).rows.map((r) => r.id);
  const { from, to, chosen } = freezing;
  const by = exchangeDimensions(context.dictionary);
  const answer = await figures(store, context, tenants, { from, to, chosen, by, asOf });
  const records = await digestRecords(
    store,
    { tenants, from, to, asOf, chosen },
    undefined,
    context.countryGroups,
  );
  const id = newId();
  return store.transaction(async (tx) => {
    await tx.query('lock table figure_snapshots in share row exclusive mode');
    const { rows } = await tx.query<{ revision: number }>(
      'select coalesce(max(revision), 0) + 1 as revision from figure_snapshots where kind = $1 and name = $2',
      [freezing.kind, freezing.name],
    );
    const revision = rows[0]?.revision ?? 1;
    const { dictionary } = context;
    const json = Buffer.from(
      JSON.stringify(
        {
          format: dictionary.format,
          version: dictionary.version,
          snapshot: id,
          name: freezing.name,
          revision,
          status: freezing.status,
          series: answer.series,
          from,
          to,
          chosen,
          asOf: answer.asOf,
          rule: answer.rule,
          rates: answer.rates,
          records: { count: records.count, sha256: records.sha256 },
          fields: dictionary.fields,
          rows: exchangeRows(answer.lines, dictionary),
        },
        null,
        1,
      ),
    );
    const csv = await exchangeCsv(answer.lines, dictionary);
    const signatures = [
      ...(await sign(store, context, 'json', json)),
      ...(await sign(store, context, 'csv', csv)),
    ];
    await tx.query(
      `insert into figure_snapshots (id, kind, name, revision, status, query, as_of, records, records_sha256, json, json_sha256,
         csv, csv_sha256, signatures, created_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
      [
        id,
        freezing.kind,
        freezing.name,
        revision,
        freezing.status,
        JSON.stringify({ from, to, chosen }),
        asOf,
        records.count,
        records.sha256,
        json,
        sha256(json),
        csv,
        sha256(csv),
        JSON.stringify(signatures),
        freezing.by,
      ],
    );
    return id;
  });
}

async function sign(
  store: Store,
  { signers, signerCode }: SnapshotContext,
  file: 'json' | 'csv',
  bytes: Buffer,
): Promise<DetachedSignature[]> {
  try {
    const signer = await openSigner(store, signers, signerCode);
    if (!signer) return [];
    const { suite, keyName, certificate } = signer;
    const value = (await signer.sign(bytes)).toString('base64');
    return [{ file, sha256: sha256(bytes), suite, keyName, signer: signerCode, certificate, value }];
  } catch (error) {
    if (!(error instanceof KeyFailed)) throw error;
    await restKey(store, signerCode, error);
    throw error.cause;
  }
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

interface Row {
  id: string;
  kind: 'monthly' | 'named';
  name: string;
  revision: number;
  status: 'preliminary' | 'final';
  query: unknown;
  as_of: Date;
  records: string;
  records_sha256: string;
  json_sha256: string;
  csv_sha256: string;
  signatures: unknown;
  created_by: string;
  created_at: Date;
}
const COLUMNS = `id, kind, name, revision, status, query, as_of, records, records_sha256, json_sha256, csv_sha256, signatures,
  actor_name(created_by) as created_by, created_at`;

/** Frozen snapshots, newest first; `id` narrows to one. */
export async function listSnapshots(
  db: Queryable,
  page: { id?: string; cursor?: string | undefined; limit: number },
): Promise<{ items: Snapshot[]; next: string | null }> {
  const { rows } = await db.query<Row>(
    `select ${COLUMNS} from figure_snapshots where ($1::uuid is null or id = $1) and ($2::uuid is null or id < $2)
      order by id desc limit $3`,
    [page.id ?? null, page.cursor ?? null, page.limit + 1],
  );
  const items = rows.slice(0, page.limit).map(shown);
  return { items, next: rows.length > page.limit ? (items.at(-1)?.id ?? null) : null };
}

function shown(r: Row): Snapshot {
  const { from, to, chosen } = queryOf.parse(r.query);
  const params = new URLSearchParams({ from, to, asOf: r.as_of.toISOString() });
  for (const [d, values] of Object.entries(chosen)) params.set(d, values.join(','));
  if (!params.has('direction')) params.set('direction', 'all');
  const signed = new Set(
    z
      .array(signatureSchema)
      .parse(r.signatures)
      .map((s) => s.file),
  );
  const base = `/v1/figures/snapshots/${r.id}`;
  return {
    id: r.id,
    kind: r.kind,
    name: r.name,
    revision: r.revision,
    status: r.status,
    query: { from, to, chosen },
    asOf: r.as_of.toISOString(),
    records: {
      count: Number(r.records),
      sha256: r.records_sha256,
      path: `/v1/figures/records?${params.toString()}`,
    },
    files: [
      { name: 'export.json', path: `${base}/export.json`, sha256: r.json_sha256, signed: signed.has('json') },
      { name: 'export.csv', path: `${base}/export.csv`, sha256: r.csv_sha256, signed: signed.has('csv') },
    ],
    createdBy: r.created_by,
    createdAt: r.created_at.toISOString(),
  };
}

/** The exact bytes of a frozen file. */
export async function snapshotFile(
  db: Queryable,
  id: string,
  file: 'json' | 'csv',
): Promise<Buffer | undefined> {
  const { rows } = await db.query<{ bytes: Buffer }>(
    `select ${file} as bytes from figure_snapshots where id = $1`,
    [id],
  );
  return rows[0]?.bytes;
}

/** The detached signatures of a snapshot's files. */
export async function snapshotSignatures(
  db: Queryable,
  id: string,
): Promise<DetachedSignature[] | undefined> {
  const { rows } = await db.query<{ signatures: unknown }>(
    'select signatures from figure_snapshots where id = $1',
    [id],
  );
  return rows[0] && z.array(signatureSchema).parse(rows[0].signatures);
}

/** Closes a month and freezes it as it then stands; throws Y01 as `closeMonth` does. Returns the snapshot's id. */
export async function closeAndFreeze(
  store: Store,
  context: SnapshotContext,
  closing: { month: string; status: 'preliminary' | 'final'; by: string; note: string },
): Promise<string> {
  const { month, status, by } = closing;
  const { asOf } = await closeMonth(store, context.countingRule, closing);
  return freeze(store, context, {
    kind: 'monthly',
    name: month,
    status,
    from: month,
    to: month,
    chosen: {},
    by,
    asOf,
  });
}

/**
 * The monthly report: once a month is over (Asia/Shanghai) it is closed as preliminary and frozen, unless it was already.
 * Any number of processes may call it, at any time; one of them does it. Returns the snapshot's id when it did.
 */
export async function monthlyReport(
  store: Store,
  context: SnapshotContext,
  month: string,
  by = 'monthly-report',
): Promise<string | undefined> {
  const there = async (db: Queryable) =>
    (await db.query(`select 1 from figure_snapshots where kind = 'monthly' and name = $1 limit 1`, [month]))
      .rows.length > 0;
  if (await there(store)) return undefined;
  return store.transaction(async (tx) => {
    const { rows } = await tx.query<{ got: boolean }>('select pg_try_advisory_xact_lock($1) as got', [
      LOCK.monthlyReport,
    ]);
    if (!rows[0]?.got || (await there(tx))) return undefined;
    return closeAndFreeze(store, context, {
      month,
      status: 'preliminary',
      by,
      note: '月报 / monthly report',
    });
  });
}

/** The month before the one that `now` lies in, Asia/Shanghai. */
export const lastMonth = (now: Date): string => monthAfter(month7(now), -1);
