import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { GateError } from '../signing/gate.js';
import type { Signer, SignerRegistry } from '../signing/signer.js';
import { storableText } from '../store/jsonb.js';
import { isOver } from '../store/pauses.js';
import { LOCK_CLASS } from '../store/advisory.js';
import { OPERATOR_TENANT, type Queryable, type Store } from '../store/store.js';

const FIRST_PAUSE_SECONDS = 5;
const LONGEST_PAUSE_SECONDS = 600;

/** The key could not sign, or signed what its certificate does not bear out: no fault of what was to be signed. */
export class KeyFailed extends Error {
  constructor(
    /** What the key or the gate said. */
    cause: unknown,
    /** Name of the key when what it refused may be its PIN: it is not asked again until a person has the keys read again. */
    readonly shuts?: string,
  ) {
    super(reasonOf(cause), { cause });
  }
}

/** A card refused (S63), or is shut in this process since it did (S64). */
const REFUSED: ReadonlySet<string> = new Set(['S63', 'S64']);

/** A key that fails to sign, and since when; its documents wait. */
export interface FailingKey {
  enterpriseCode: string;
  /** Name of the enterprise, where it is registered. */
  name: string | null;
  reason: string;
  since: Date;
  nextTryAt: Date;
  /** Documents that wait for it. */
  documents: number;
}

/** A signer whose faults are thrown as KeyFailed. */
export interface OpenedSigner extends Signer {
  /** It failed when it was last asked: `keySigned` when it signs. */
  readonly failing: boolean;
}

function watched(store: Store, enterpriseCode: string, signer: Signer, failing: boolean): OpenedSigner {
  const { suite, keyName, certificate } = signer;
  const sign = async (bytes: Buffer): Promise<Buffer> => {
    try {
      return await signer.sign(bytes);
    } catch (error) {
      const refused = error instanceof FaultError && error.faults.some(({ code }) => REFUSED.has(code));
      throw new KeyFailed(error, refused ? keyName : undefined);
    }
  };
  return {
    suite,
    keyName,
    certificate,
    failing,
    sign: (bytes) =>
      signer.untried?.() ? firstUse(store, enterpriseCode, keyName, () => sign(bytes)) : sign(bytes),
  };
}

/**
 * Asks a key that counts refusals while no other process does so for the first time: who comes next learns from `shut_keys`
 * what it refused, before it asks the same. Throws as `sign` does, and KeyFailed (S64) when the key is shut.
 */
async function firstUse(
  store: Store,
  enterpriseCode: string,
  keyName: string,
  sign: () => Promise<Buffer>,
): Promise<Buffer> {
  const result = await store.aside(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1, hashtext($2))', [LOCK_CLASS.firstUse, keyName]);
    if ((await standingOf(tx, enterpriseCode)).shut.has(keyName)) return shutHere();
    try {
      return await sign();
    } catch (error) {
      if (!(error instanceof KeyFailed)) throw error;
      await shut(tx, enterpriseCode, error);
      return error;
    }
  });
  if (result instanceof KeyFailed) throw result;
  return result;
}

const shutHere = (): KeyFailed => new KeyFailed(new FaultError([makeFault('S64', 'card')]));

/** The names of the enterprise's keys that refused, in whatever process, and whether it could not sign when last asked. */
async function standingOf(
  db: Queryable,
  enterpriseCode: string,
): Promise<{ shut: ReadonlySet<string>; failing: boolean }> {
  const { rows } = await db.query<{ shut: string[]; failing: boolean }>(
    `select array(select key_name from shut_keys where enterprise_code = $1) as shut,
            exists (select 1 from failing_keys where enterprise_code = $1) as failing`,
    [enterpriseCode],
  );
  return { shut: new Set(rows[0]?.shut), failing: rows[0]?.failing ?? false };
}

/** Shuts the key for every process where what it refused may be its PIN. */
async function shut(db: Queryable, enterpriseCode: string, { shuts }: KeyFailed): Promise<void> {
  if (shuts === undefined) return;
  await db.query(
    'insert into shut_keys (tenant_id, enterprise_code, key_name) values ($1, $2, $3) on conflict do nothing',
    [OPERATOR_TENANT, enterpriseCode, shuts],
  );
}

/**
 * The signer of an enterprise among those of its keys that are not shut; undefined when the gateway holds none of it. Throws
 * KeyFailed (S64) when all that could sign are shut.
 */
export async function openSigner(
  store: Store,
  signers: SignerRegistry,
  enterpriseCode: string,
  db: Queryable = store,
): Promise<OpenedSigner | undefined> {
  const { shut, failing } = await standingOf(db, enterpriseCode);
  const signer = signers.find(enterpriseCode, shut);
  if (!signer && shut.size > 0 && signers.find(enterpriseCode)) throw shutHere();
  return signer && watched(store, enterpriseCode, signer, failing);
}

/** KeyFailed where the gate found that the key is at fault: its signature or certificate; else the error itself. */
export const blamed = (error: unknown): unknown =>
  error instanceof GateError && (error.part === 'signature' || error.part === 'certificate')
    ? new KeyFailed(error)
    : error;

/** What went wrong, for people: faults in both languages, else what the program said of itself. */
export function reasonOf(error: unknown): string {
  const [fault] = error instanceof FaultError ? error.faults : [];
  const text = fault
    ? `${fault.code} ${fault.message.zh} / ${fault.message.en}`
    : error instanceof Error
      ? error.message
      : String(error);
  return storableText(text).slice(0, 300);
}

/** True (in SQL) while the key of this enterprise rests. */
export const keyRests = (code: string): string =>
  `exists (select 1 from failing_keys k where k.enterprise_code = ${code} and not ${isOver('k.next_try_at', LONGEST_PAUSE_SECONDS)})`;

/** The key failed (again): its documents wait, for twice as long each time. */
export async function restKey(db: Queryable, enterpriseCode: string, failed: KeyFailed): Promise<void> {
  await shut(db, enterpriseCode, failed);
  await db.query(
    `insert into failing_keys (tenant_id, enterprise_code, failures, next_try_at, reason)
     values ($1, $2, 1, now() + make_interval(secs => $4), $3)
     on conflict (enterprise_code) do update
        set failures = failing_keys.failures + 1, reason = $3,
            next_try_at = now() + make_interval(secs => least($5, $4 * power(2, least(failing_keys.failures, 20))))`,
    [OPERATOR_TENANT, enterpriseCode, failed.message, FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS],
  );
}

/** The key signs. */
export async function keySigned(db: Queryable, enterpriseCode: string): Promise<void> {
  await db.query('delete from failing_keys where enterprise_code = $1', [enterpriseCode]);
}

/** A person had the keys read anew: each of them is tried at once, the shut ones too. */
export async function tryKeysNow(db: Queryable): Promise<void> {
  await db.query('delete from shut_keys');
  await db.query('update failing_keys set next_try_at = now(), failures = 0');
}

/** The keys that fail now, the longest first. */
export async function failingKeys(db: Queryable): Promise<FailingKey[]> {
  const { rows } = await db.query<{
    enterprise_code: string;
    name: string | null;
    reason: string;
    failed_since: Date;
    next_try_at: Date;
    documents: number;
  }>(
    `select k.enterprise_code, t.name, k.reason, k.failed_since, k.next_try_at,
            (select count(*)::int from documents d where d.responsible_code = k.enterprise_code and d.delivery = 'ready') as documents
       from failing_keys k left join tenants t on t.code = k.enterprise_code order by k.failed_since limit 100`,
  );
  return rows.map((r) => ({
    enterpriseCode: r.enterprise_code,
    name: r.name,
    reason: r.reason,
    since: r.failed_since,
    nextTryAt: r.next_try_at,
    documents: r.documents,
  }));
}

/** Documents of these tenants that wait for a key which fails. */
export async function waitingForKeys(db: Queryable, tenants: readonly string[]): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::int as n from failing_keys k join documents d on d.responsible_code = k.enterprise_code
      where d.delivery = 'ready' and d.tenant_id = any($1)`,
    [tenants],
  );
  return rows[0]?.n ?? 0;
}
