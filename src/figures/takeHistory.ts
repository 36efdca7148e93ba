import { decimal, isPlainDecimal } from '../base/decimal.js';
import { inSlices, batchesOf } from '../base/slices.js';
import type { Fault } from '../base/fault.js';
import { newId } from '../base/ids.js';
import type { CodeTables } from '../messages/codes.js';
import { rowFault, type SheetReading, type SheetRow } from '../sheets/read.js';
import { LOCK } from '../store/advisory.js';
import type { Queryable, Store } from '../store/store.js';
import { OPERATOR_TENANT } from '../store/store.js';
import type { Text } from '../terms/text.js';
import type { CountingContext } from './counting.js';
import { countedElsewhere, countHistory, type HistorySaid } from './history.js';
import type { Rates } from './rates.js';
import type { CountingRule } from './rule.js';

/** What became of a file of historical clearance data. */
export interface HistoryTaken {
  /** Goods lines and events that are new or say something else than before. */
  added: number;
  /** Rows that said what was known. */
  unchanged: number;
  /** Versions of counting records that came of it. */
  versions: number;
  /** Documents left out because the gateway counts their goods by a list. */
  listed: number;
  /** N01, one for each thing wrong; the other rows are taken. */
  faults: Fault[];
}

interface Taken {
  row: number;
  documentNo: string;
  enterprise: string;
  line: number;
  event: 'cleared' | 'withdrawn' | 'returned';
  day: string;
  said: HistorySaid;
}

export interface HistoryParts {
  counting: CountingContext;
  codes: CodeTables;
}

/** Documents or rows that one statement is about: what is made of them takes a few milliseconds, and others are let by. */
const TOGETHER = 100;

/** A CBEC regime, or general trade with an online order (0110), which the statistics count too. */
const REGIMES: ReadonlySet<string> = new Set(['9610', '9710', '9810', '1210', '1239', '0110']);

/**
 * Takes the rows of a sheet `history` into the figures, in one transaction: wrong rows come back as faults, the others are
 * kept with file, row and source and make counting records. A row of a line that is there already corrects it: the record
 * gets a new version. Throws nothing for what a file says.
 */
export async function takeHistory(
  store: Store,
  parts: HistoryParts,
  file: { name: string; sha256: string; source: string },
  { rows, faults }: Pick<SheetReading, 'rows' | 'faults'>,
  by: string,
): Promise<HistoryTaken> {
  const wrong = [...faults];
  const good: Taken[] = [];
  const seen = new Set<string>();
  await inSlices(rows, (sheetRow) => {
    const read = readRow(sheetRow, parts);
    if (!('taken' in read)) {
      wrong.push(...read.problems.map((problem) => rowFault(sheetRow.row, problem)));
      return;
    }
    const key = keyOf(read.taken);
    if (seen.has(key))
      wrong.push(
        rowFault(sheetRow.row, {
          zh: '同一单证、商品行和事项在文件中重复',
          en: 'The same document, goods line and event stands twice in the file',
        }),
      );
    else good.push(read.taken);
    seen.add(key);
  });
  return store.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [LOCK.history]);
    const documents = await documentsOf(tx, good);
    const known = await knownOf(
      tx,
      [...documents.values()].map((d) => d.id),
    );
    const cleared = new Set([...known.keys()].filter((k) => k.includes('|cleared|')));
    await inSlices(good, (g) => {
      if (g.event === 'cleared')
        cleared.add(keyOf({ ...g, documentNo: documents.get(g.documentNo)?.id ?? '' }));
    });
    const clearedDocuments = new Set([...cleared].map((key) => key.slice(0, key.indexOf('|'))));
    const fresh: (Taken & { documentId: string })[] = [];
    let unchanged = 0;
    await inSlices(good, (g) => {
      const document = documents.get(g.documentNo);
      if (document?.enterprise !== g.enterprise) {
        wrong.push(
          rowFault(g.row, {
            zh: `单证 ${g.documentNo} 已属于另一家企业`,
            en: `Document ${g.documentNo} already belongs to another enterprise`,
          }),
        );
        return;
      }
      const stands =
        g.event === 'returned'
          ? cleared.has(`${document.id}|cleared|${g.line}|`)
          : clearedDocuments.has(document.id);
      if (g.event !== 'cleared' && !stands) {
        wrong.push(
          rowFault(g.row, {
            zh: '没有对应的结关商品行，无法撤销或退货',
            en: 'There is no cleared goods line that it could take back',
          }),
        );
        return;
      }
      if (known.get(keyOf({ ...g, documentNo: document.id })) === saidText(g)) unchanged++;
      else fresh.push({ ...g, documentId: document.id });
    });
    const ids = [...new Set(fresh.map((t) => t.documentId))];
    await keep(tx, file, fresh, rows.length, by);
    let versions = 0;
    for (const some of batchesOf(ids.sort(), TOGETHER))
      versions += await countHistory(tx, parts.counting, some);
    const { rows: listed } = await tx.query<{ n: number }>(
      `select count(*)::int as n from history_documents h
        where h.id = any($1) and ${countedElsewhere('h.document_no')}`,
      [ids],
    );
    return {
      added: fresh.length,
      unchanged,
      versions,
      listed: listed[0]?.n ?? 0,
      faults: wrong,
    };
  });
}

/** What a row speaks of; a line is cleared once, and taken back once a day. */
const keyOf = ({ documentNo, event, line, day }: Pick<Taken, 'documentNo' | 'event' | 'line' | 'day'>) =>
  `${documentNo}|${event}|${line}|${event === 'cleared' ? '' : day}`;

const saidText = ({ day, said }: Pick<Taken, 'day' | 'said'>) =>
  JSON.stringify([day, Object.entries(said).sort()]);

/** The documents of the rows by their number, made where they are new; the tenant is that of the enterprise, else the operator. */
async function documentsOf(
  tx: Queryable,
  rows: readonly Taken[],
): Promise<Map<string, { id: string; enterprise: string }>> {
  const numbers = new Map(rows.map((r) => [r.documentNo, r.enterprise]));
  const documents = new Map<string, { id: string; enterprise: string }>();
  for (const some of batchesOf([...numbers].sort(byNumber), TOGETHER))
    for (const [number, document] of await documentsNumbered(tx, new Map(some)))
      documents.set(number, document);
  return documents;
}

const byNumber = ([a]: readonly [string, string], [b]: readonly [string, string]): number =>
  a < b ? -1 : a > b ? 1 : 0;

async function documentsNumbered(
  tx: Queryable,
  numbers: ReadonlyMap<string, string>,
): Promise<Map<string, { id: string; enterprise: string }>> {
  await tx.query(
    `insert into history_documents (id, tenant_id, enterprise, document_no)
     select k.id, coalesce((select t.id from tenants t where t.code = k.enterprise limit 1), $4), k.enterprise, k.number
       from unnest($1::uuid[], $2::text[], $3::text[]) as k (id, enterprise, number)
     on conflict (document_no) do nothing`,
    [[...numbers.keys()].map(() => newId()), [...numbers.values()], [...numbers.keys()], OPERATOR_TENANT],
  );
  const { rows: found } = await tx.query<{ id: string; enterprise: string; document_no: string }>(
    'select id, enterprise, document_no from history_documents where document_no = any($1)',
    [[...numbers.keys()]],
  );
  return new Map(found.map((d) => [d.document_no, d]));
}

/** What files said last of each line and event of these documents, by `keyOf` with the document's id. */
async function knownOf(tx: Queryable, documentIds: readonly string[]): Promise<Map<string, string>> {
  const known = new Map<string, string>();
  for (const some of batchesOf(documentIds, TOGETHER)) {
    const { rows } = await tx.query<Omit<Taken, 'row' | 'enterprise'>>(
      `select document_id as "documentNo", line, event, day::text as day, said
         from history_lines where document_id = any($1) order by id`,
      [some],
    );
    for (const row of rows) known.set(keyOf(row), saidText(row));
  }
  return known;
}

async function keep(
  tx: Queryable,
  file: { name: string; sha256: string; source: string },
  rows: readonly (Taken & { documentId: string })[],
  all: number,
  by: string,
): Promise<void> {
  if (rows.length === 0) return;
  const fileId = newId();
  await tx.query(
    'insert into history_files (id, name, sha256, source, rows, imported_by) values ($1, $2, $3, $4, $5, $6)',
    [fileId, file.name, file.sha256, file.source, all, by],
  );
  for (const some of batchesOf(rows, TOGETHER))
    await tx.query(
      `insert into history_lines (id, document_id, file_id, row, line, event, day, said)
     select k.id, k.document, $2, k.row, k.line, k.event, k.day, k.said
       from jsonb_to_recordset($1::jsonb) as k (id uuid, document uuid, row int, line int, event text, day date, said jsonb)`,
      [
        JSON.stringify(
          some.map(({ documentId: document, row, line, event, day, said }) => ({
            id: newId(),
            document,
            row,
            line,
            event,
            day,
            said,
          })),
        ),
        fileId,
      ],
    );
}

function readRow(
  { row, values }: SheetRow,
  { counting: { rates, rule }, codes }: HistoryParts,
): { taken: Taken } | { problems: Text[] } {
  const problems: Text[] = [];
  const wrong = (zh: string, en: string) => void problems.push({ zh, en });
  const event = (values.event ?? 'cleared') as Taken['event'];
  const line = values.line ?? '1';
  if (!/^[1-9]\d{0,3}$/.test(line))
    wrong(`商品序号 ${line} 应为 1 至 9999 的整数`, `Goods line ${line} must be 1 to 9999`);
  const day = values.day ?? '';
  if (day < '2015-01-01' || day > '2099-12-31')
    wrong(`日期 ${day} 超出范围`, `The day ${day} is out of range`);
  const said = saidOf(values, rates, rule);
  if (event === 'cleared') {
    if (!REGIMES.has(said.regime))
      wrong(
        `监管方式 ${said.regime} 不属于跨境电商统计范围`,
        `Regime ${said.regime} is not in the scope of the figures`,
      );
    for (const [column, table, code] of [
      ['最终目的国 / destination', 'country', said.country],
      ['口岸 / port', 'customs', said.port],
      ['运输方式 / transport', 'trafMode', said.transport],
      ['计量单位 / unit', 'unit', said.unit],
    ] as const)
      if (code !== '' && codes.get(table).text(code) === undefined)
        wrong(`${column} 代码 ${code} 不存在`, `${column}: there is no code ${code}`);
    if (said.country === '') wrong('结关行须填写最终目的国', 'A cleared line needs its destination');
    if (rates.iso(said.currency) === undefined)
      wrong(`币制 ${values.currency ?? ''} 不存在`, `There is no currency ${values.currency ?? ''}`);
    if (!money(said.amount))
      wrong('结关行须填写金额，最多五位小数', 'A cleared line needs an amount of at most five places');
    if (said.qty !== null && !money(said.qty))
      wrong('数量最多五位小数', 'A quantity has at most five places');
  }
  if (event === 'returned' && (said.qty === null || !money(said.qty) || decimal(said.qty).isZero()))
    wrong('退货行须填写数量', 'A return needs its quantity');
  if (problems.length > 0) return { problems };
  const { documentNo = '', code = '' } = values;
  return { taken: { row, documentNo, enterprise: code.toUpperCase(), line: Number(line), event, day, said } };
}

const money = (text: string) =>
  isPlainDecimal(text) && decimal(text).decimalPlaces() <= 5 && decimal(text).lt('1e18');

function saidOf(values: SheetRow['values'], rates: Rates, rule: CountingRule): HistorySaid {
  const currency = (values.currency ?? '').toUpperCase();
  const word = (values.channel ?? '').toLowerCase();
  const platformCode = values.platformCode ?? '';
  return {
    ...(values.declaredOn === undefined ? {} : { declaredOn: values.declaredOn }),
    name: values.name ?? '',
    regime: values.regime ?? '',
    direction: values.direction === 'I' ? 'I' : 'E',
    platformCode,
    platformName: values.platformName ?? '',
    channel:
      rule.channels.find((c) => c.words.includes(word))?.id ??
      (platformCode === '' && word === '' ? '' : 'platform'),
    country: values.country ?? '',
    port: values.port ?? '',
    transport: values.transport ?? '',
    sourcePlace: values.sourcePlace ?? '',
    gcode: values.gcode ?? '',
    qty: values.qty ?? null,
    unit: values.unit ?? '',
    currency: rates.currencyCode(currency) ?? currency,
    amount: values.amount ?? '',
    orderNo: values.orderNo ?? '',
  };
}

/** A file of historical data as it was taken in, newest first. */
export interface HistoryFile {
  id: string;
  name: string;
  sha256: string;
  source: string;
  lines: number;
  from: string | null;
  to: string | null;
  importedBy: string;
  importedAt: string;
}

/** The newest 500 files of historical data, with what each brought; months in Asia/Shanghai, `importedAt` UTC. */
export async function listHistoryFiles(db: Queryable): Promise<HistoryFile[]> {
  const { rows } = await db.query<Omit<HistoryFile, 'importedAt'> & { at: Date }>(
    `select f.id, f.name, f.sha256, f.source, l.lines, l.from, l.to, actor_name(f.imported_by) as "importedBy", f.imported_at as at
       from history_files f cross join lateral (
         select count(*)::int as lines, to_char(min(day), 'YYYY-MM') as from, to_char(max(day), 'YYYY-MM') as to
           from history_lines where file_id = f.id) l
      order by f.id desc limit 500`,
  );
  return rows.map(({ at, ...file }) => ({ ...file, importedAt: at.toISOString() }));
}
