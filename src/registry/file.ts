import type { Fault } from '../base/fault.js';
import type { Queryable, Store } from '../store/store.js';
import { inRowOrder, rowFault, type SheetReading, type SheetRow } from '../sheets/read.js';
import { readFact, type RegistryFact } from './fact.js';
import { wordOf, type RegistryKind, type RegistryKinds } from './kinds.js';
import { recordFacts, standingFacts, type Recorded, type StandingFact } from './record.js';

/** What became of a file or list of facts. */
export interface FactsTaken extends Omit<Recorded, 'refused'> {
  /** N01, one for each thing wrong; the other rows are taken. */
  faults: Fault[];
}

/**
 * Takes the rows of a sheet `registry` into the registry, in one transaction: rows that are wrong come back as faults,
 * the others are recorded. A name beside the fact is recorded too where the registry has none of that enterprise.
 */
export async function takeFacts(
  store: Store,
  { rows, faults }: Pick<SheetReading, 'rows' | 'faults'>,
  kinds: RegistryKinds,
  by: string,
): Promise<FactsTaken> {
  const wrong = [...faults];
  const good: { row: number; fact: RegistryFact; name: string | undefined }[] = [];
  for (const { row, values } of rows) {
    const read = readFact(values, kinds);
    if ('fact' in read) good.push({ row, fact: read.fact, name: values.name });
    else wrong.push(...read.problems.map((problem) => rowFault(row, problem)));
  }
  return store.transaction(async (tx) => {
    const known = await named(tx, good);
    const names: typeof good = [];
    for (const { row, fact, name } of good) {
      if (name === undefined || known.has(fact.code)) continue;
      known.add(fact.code);
      const told = { ...fact, kind: 'name', subject: name, value: '', number: '', note: '', validTo: null };
      names.push({ row, fact: told, name });
    }
    const all = [...good, ...names];
    const { refused, ...taken } = await recordFacts(
      tx,
      all.map((one) => one.fact),
      kinds,
      by,
    );
    return {
      ...taken,
      faults: inRowOrder([
        ...wrong,
        ...refused.map(({ index, reason }) => rowFault(all[index]?.row ?? 0, reason)),
      ]),
    };
  });
}

async function named(tx: Queryable, rows: readonly { fact: RegistryFact }[]): Promise<Set<string>> {
  const codes = [...new Set(rows.map(({ fact }) => fact.code))];
  const { rows: found } = await tx.query<{ code: string }>(
    `select distinct code from enterprise_facts where kind = 'name' and code = any($1) and withdrawn_at is null`,
    [codes],
  );
  const own = rows.filter(({ fact }) => fact.kind === 'name').map(({ fact }) => fact.code);
  return new Set([...found.map((f) => f.code), ...own]);
}

/** Facts of one file that is written. */
export const EXPORTED = 100_000;

/** Standing facts as rows of the sheet: kinds, subjects and values in words, so that the file can be imported again. */
export async function factRows(
  db: Queryable,
  kinds: RegistryKinds,
  chosen: { codes?: readonly string[]; kind?: string },
): Promise<Record<string, string | null>[]> {
  const facts = await standingFacts(db, { ...chosen, limit: EXPORTED });
  const names = new Map(facts.filter((f) => f.kind === 'name').map((f) => [f.code, f.subject]));
  return facts.map((fact) => ({ ...worded(fact, kinds), name: names.get(fact.code) ?? '' }));
}

function worded(fact: StandingFact, kinds: RegistryKinds): Record<string, string | null> {
  const kind = kinds.byId.get(fact.kind);
  const word = (words: RegistryKind['subject'] | RegistryKind['value'], code: string) =>
    wordOf(words, code)?.zh ?? code;
  return {
    code: fact.code,
    kind: kind?.text.zh ?? fact.kind,
    subject: word(kind?.subject, fact.subject),
    value: word(kind?.value, fact.value),
    number: fact.number,
    validFrom: fact.validFrom,
    validTo: fact.validTo,
    source: fact.source,
    note: fact.note,
  };
}

/** Facts of a request as rows of the sheet, numbered from 1. */
export const rowsOf = (facts: readonly Readonly<Record<string, string>>[]): SheetRow[] =>
  facts.map((values, i) => ({ row: i + 1, values }));
