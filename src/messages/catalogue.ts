import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { systemClock, type Clock } from '../base/clock.js';
import { FaultError, type Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { mappingPath } from '../base/root.js';
import { CodeTable, codeTableSchema, CodeTables } from './codes.js';
import { messageMappingSchema, type MessageMapping } from './mapping.js';
import { checkMappings, type MappingFile } from './mappingChecks.js';
import { StatusTable, statusTableSchema, type StatusTableData } from './families/statusTable.js';
import { loadForms, type Form } from './forms/form.js';
import { placeInMapping } from './mappingPlace.js';
import { orderFieldsSchema, ValuePaths } from './valuePaths.js';

/** The same complaints in Chinese. */
const zhCN = z.locales.zhCN();

/** The start is refused: `faults` lists everything that is wrong in `mappings/`, each with its file and place. */
export class MappingError extends FaultError {
  constructor(faults: readonly Fault[]) {
    super(faults, 500);
    this.name = 'MappingError';
  }
}

/** The instant from which a mapping is in force: its `validFrom` is a day in Asia/Shanghai. */
const startOf = ({ validFrom }: MessageMapping): number => Date.parse(`${validFrom}T00:00:00+08:00`);

/** Everything the mappings say about messages: read once at start, never changed. */
export class Catalogue {
  /** Newest first. */
  readonly #messages = new Map<string, MessageMapping[]>();
  readonly #starts = new Map<MessageMapping, number>();

  constructor(
    mappings: readonly MessageMapping[],
    readonly codes: CodeTables,
    readonly paths: ValuePaths,
    /** The receipts of all editions; of two that name a status both mean the same. */
    readonly statuses: StatusTable,
    private readonly clock: Clock = systemClock,
    /** Messages that are forms (报关单、检验检疫申请). */
    readonly forms: readonly Form[] = [],
  ) {
    const newestFirst = [...mappings].sort((a, b) => b.validFrom.localeCompare(a.validFrom));
    for (const mapping of newestFirst) {
      this.#messages.set(mapping.message, [...(this.#messages.get(mapping.message) ?? []), mapping]);
      this.#starts.set(mapping, startOf(mapping));
    }
  }

  /** The mapping in force at an instant (its `validFrom` is a day in Asia/Shanghai), by default now. */
  message(name: string, at: Date = this.clock.now()): MessageMapping | undefined {
    return (
      this.#messages.get(name)?.find((mapping) => this.#starts.get(mapping)! <= at.getTime()) ??
      this.forms.find((form) => form.mapping.message === name)?.shown
    );
  }

  /** Every edition of a message, the newest first, those to come included. */
  editions(name: string): readonly MessageMapping[] {
    return this.#messages.get(name) ?? [];
  }

  /** Every message of the cross-border platform that some edition has, in the order of their names. */
  names(): string[] {
    return [...this.#messages.keys()].sort();
  }

  /** Every message in force at an instant, in the order of their names. */
  messages(at: Date = this.clock.now()): MessageMapping[] {
    return this.names().flatMap((name) => this.message(name, at) ?? []);
  }
}

/** Reads the JSON files of a mapping folder and collects what is wrong with them. */
class MappingReader {
  readonly faults: Fault[] = [];

  constructor(readonly dir: string) {}

  list(folder: string): string[] {
    return readdirSync(join(this.dir, folder))
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => `${folder}/${name}`);
  }

  read<T>(file: string, schema: z.ZodType<T>): T | undefined {
    let raw: unknown;
    try {
      raw = JSON.parse(readFileSync(join(this.dir, file), 'utf8'));
    } catch (error) {
      this.faults.push(
        makeFault('M01', file, { reason: error instanceof Error ? error.message : String(error) }),
      );
      return undefined;
    }
    const parsed = schema.safeParse(raw);
    if (parsed.success) return parsed.data;
    const inChinese = schema.safeParse(raw, { error: zhCN.localeError }).error?.issues ?? [];
    parsed.error.issues.forEach((issue, i) => {
      const params = { reason: issue.message, reasonZh: inChinese[i]?.message ?? issue.message };
      this.faults.push(makeFault('M02', `${file} ${placeInMapping(raw, issue.path)}`.trim(), params));
    });
    return undefined;
  }
}

/**
 * Reads every edition folder `ceb-*`, the code tables, the receipt states and the order field dictionary.
 *
 * @param dir the mapping folder, by default the project's own
 * @param clock says which edition is in force when nobody names an instant
 * @throws MappingError that lists every problem of every file; nothing is half loaded
 */
export function loadCatalogue(dir: string = mappingPath(), clock: Clock = systemClock): Catalogue {
  const reader = new MappingReader(dir);

  const tables = reader.list('codes').flatMap((file) => {
    const table = reader.read(file, codeTableSchema);
    return table ? [new CodeTable(table)] : [];
  });

  const files: MappingFile[] = [];
  const statuses: { file: string; table: StatusTableData }[] = [];
  const editions = readdirSync(dir)
    .filter((name) => name.startsWith('ceb-'))
    .sort();
  for (const edition of editions) {
    const file = `${edition}/statuses.json`;
    const table = reader.read(file, statusTableSchema);
    if (table) statuses.push({ file, table });
    for (const file of reader.list(`${edition}/messages`)) {
      const mapping = reader.read(file, messageMappingSchema);
      if (mapping) files.push({ file, edition: edition.slice('ceb-'.length), mapping });
    }
  }
  const joined = joinStatuses(statuses, reader.faults);
  if (joined) tables.push(statusTable(joined));

  const codes = new CodeTables(tables);
  const paths = new ValuePaths(reader.read('orders/fields.json', orderFieldsSchema) ?? { fields: [] });
  // With a part unreadable, references into it would all look wrong: name the part, not its shadows.
  if (reader.faults.length === 0) reader.faults.push(...checkMappings(files, codes, paths));
  if (!joined) reader.faults.push(makeFault('M01', 'ceb-*/statuses.json', { reason: 'there is none' }));
  if (!joined || reader.faults.length > 0) throw new MappingError(reader.faults);

  return new Catalogue(
    files.map((f) => f.mapping),
    codes,
    paths,
    new StatusTable(joined),
    clock,
    loadForms({ codes }, dir),
  );
}

/**
 * One table for the receipts of all editions, because those of documents under way come in the old one: the newest, and
 * from the others what it does not name. A status that would mean something else in another edition is a fault.
 */
function joinStatuses(
  read: readonly { file: string; table: StatusTableData }[],
  faults: Fault[],
): StatusTableData | undefined {
  const [newest, ...older] = [...read].sort((a, b) => b.table.validFrom.localeCompare(a.table.validFrom));
  if (!newest) return undefined;
  const statuses = { ...newest.table.statuses };
  for (const { file, table } of older)
    for (const [code, meaning] of Object.entries(table.statuses)) {
      const known = (statuses[code] ??= meaning);
      const same = (['phase', 'verdict', 'track', 'rank'] as const).every((p) => known[p] === meaning[p]);
      if (!same)
        faults.push(
          makeFault('M02', `${file} ${code}`, {
            reason: `means something else in ${newest.file}`,
            reasonZh: `与 ${newest.file} 的含义不同`,
          }),
        );
    }
  return { ...newest.table, statuses };
}

/** The receipt states as the code table that mappings name `returnStatus`. */
function statusTable(file: StatusTableData): CodeTable {
  return new CodeTable({
    table: 'returnStatus',
    title: { zh: '回执状态', en: 'Receipt status' },
    source: file.source,
    validFrom: file.validFrom,
    values: Object.fromEntries(Object.entries(file.statuses).map(([code, { zh, en }]) => [code, { zh, en }])),
  });
}
