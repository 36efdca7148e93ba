import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { systemClock, time14 } from '../base/clock.js';
import { FaultError, type Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { mappingPath } from '../base/root.js';
import { CodeTable, codeTableSchema, CodeTables } from './codes.js';
import { messageMappingSchema, type MessageMapping } from './mapping.js';
import { checkMappings, type MappingFile } from './mappingChecks.js';
import { StatusTable, statusTableSchema, type StatusTableData } from './families/statusTable.js';
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

const isInForce = (validFrom: string, at: Date) => validFrom.replaceAll('-', '') <= time14(at).slice(0, 8);

/** Everything the mappings say about messages: read once at start, never changed. */
export class Catalogue {
  /** Newest first. */
  readonly #messages = new Map<string, MessageMapping[]>();

  constructor(
    mappings: readonly MessageMapping[],
    readonly codes: CodeTables,
    readonly paths: ValuePaths,
    /** The receipts of the newest edition in force. */
    readonly statuses: StatusTable,
  ) {
    const newestFirst = [...mappings].sort((a, b) => b.validFrom.localeCompare(a.validFrom));
    for (const mapping of newestFirst) {
      this.#messages.set(mapping.message, [...(this.#messages.get(mapping.message) ?? []), mapping]);
    }
  }

  /** The mapping in force at an instant (its `validFrom` is a day in Asia/Shanghai), by default now. */
  message(name: string, at: Date = systemClock.now()): MessageMapping | undefined {
    return this.#messages.get(name)?.find((mapping) => isInForce(mapping.validFrom, at));
  }

  /** Every message in force at an instant, in the order of their names. */
  messages(at: Date = systemClock.now()): MessageMapping[] {
    return [...this.#messages.keys()].sort().flatMap((name) => this.message(name, at) ?? []);
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
 * @throws MappingError that lists every problem of every file; nothing is half loaded
 */
export function loadCatalogue(dir: string = mappingPath()): Catalogue {
  const reader = new MappingReader(dir);

  const tables = reader.list('codes').flatMap((file) => {
    const table = reader.read(file, codeTableSchema);
    return table ? [new CodeTable(table)] : [];
  });

  const files: MappingFile[] = [];
  const statuses: StatusTableData[] = [];
  const editions = readdirSync(dir)
    .filter((name) => name.startsWith('ceb-'))
    .sort();
  for (const edition of editions) {
    const read = reader.read(`${edition}/statuses.json`, statusTableSchema);
    if (read) statuses.push(read);
    for (const file of reader.list(`${edition}/messages`)) {
      const mapping = reader.read(file, messageMappingSchema);
      if (mapping) files.push({ file, edition: edition.slice('ceb-'.length), mapping });
    }
  }
  const now = systemClock.now();
  const inForce = statuses.filter((s) => isInForce(s.validFrom, now));
  const newest = inForce.sort((a, b) => b.validFrom.localeCompare(a.validFrom))[0];
  if (newest) tables.push(statusTable(newest));

  const codes = new CodeTables(tables);
  const paths = new ValuePaths(reader.read('orders/fields.json', orderFieldsSchema) ?? { fields: [] });
  // With a part unreadable, references into it would all look wrong: name the part, not its shadows.
  if (reader.faults.length === 0) reader.faults.push(...checkMappings(files, codes, paths));
  if (!newest) reader.faults.push(makeFault('M01', 'ceb-*/statuses.json', { reason: 'none in force' }));
  if (!newest || reader.faults.length > 0) throw new MappingError(reader.faults);

  return new Catalogue(
    files.map((f) => f.mapping),
    codes,
    paths,
    new StatusTable(newest),
  );
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
