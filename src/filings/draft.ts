import { dayOf, month7, readTime } from '../base/clock.js';
import { groupBy } from '../base/collections.js';
import { Dec, isPlainDecimal } from '../base/decimal.js';
import { FaultError, type Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import type { Access } from '../enterprises/access.js';
import type { Queryable } from '../store/store.js';
import { loadCalendar, workdayFrom, type Calendar } from './calendar.js';
import { checkFiling } from './check.js';
import type { FilingContext } from './context.js';
import { complete, unknownKind } from './create.js';
import { textOf, tidy, type FilingData } from './data.js';
import { mergeRules, type FilingKind } from './kinds.js';
import { listsById, listsOfBill, listsCleared, type CoveredList } from './lists.js';
import { drafted, sumOf, valueAt } from './values.js';

/** What a draft is made from; which of these a kind needs says its `covers`. */
export interface DraftFrom {
  /** Bill of lading or transport document (提运单号). */
  billNo?: string | undefined;
  declarationIds?: readonly string[] | undefined;
  /** Month of clearance (结关), yyyy-MM, Asia/Shanghai. */
  month?: string | undefined;
  /** Seller code or tenant id. */
  seller?: string | undefined;
  /** The filing a draft is made from (a return, for its tally). */
  filingId?: string | undefined;
  /** Returned goods lines: gnum of the list and quantity in its unit. */
  lines?: readonly { gnum: string; qty: string }[] | undefined;
  /** What only a person can say, by field name: reason, leaveTime, operatorCode … */
  input?: FilingData | undefined;
}

/** A goods line of the customs declaration that a summary application will become. */
export interface MergedLine {
  country: string;
  gcode: string;
  gname: string;
  currency: string;
  unit: string;
  lists: number;
  qty: string;
  totalPrice: string;
}

export interface FilingDraft {
  messageType: string;
  /** Who would own it. */
  tenantId: string;
  data: FilingData;
  declarationIds: string[];
  faults: Fault[];
  /** The day by which it is due (yyyy-MM-dd), where a rule names one. */
  due: string | null;
  /** For summary applications: the goods lines that customs will merge the lists into. */
  merged: MergedLine[];
}

export interface DraftRequest {
  messageType: string;
  from: DraftFrom;
}

/**
 * Fills in what the gateway knows: one draft for each group of lists that may go together, with everything that is
 * still wrong or missing in `faults`. Nothing is stored. Throws L21 (422) for a message that is no filing and L01 (422)
 * when there is no list to file.
 */
export async function draftFiling(
  db: Queryable,
  context: FilingContext,
  access: Pick<Access, 'tenants' | 'tenantId'>,
  request: DraftRequest,
): Promise<FilingDraft[]> {
  const { kind, drafts } = await uncheckedDrafts(db, context, access, request);
  const checked: FilingDraft[] = [];
  for (const { lists, apart: _apart, ...draft } of drafts)
    checked.push({ ...draft, faults: await checkFiling(db, context, { kind, data: draft.data, lists }) });
  return checked;
}

/** A draft before it was checked, with the lists it was made from. */
export type UncheckedDraft = Omit<FilingDraft, 'faults'> & {
  lists: CoveredList[];
  /** What kept it apart from the others, by path of the list (`order.list.country`). */
  apart: Record<string, string>;
};

/** The same drafts, none of them checked yet. Throws as `draftFiling` does. */
export async function uncheckedDrafts(
  db: Queryable,
  context: FilingContext,
  access: Pick<Access, 'tenants' | 'tenantId'>,
  { messageType, from }: DraftRequest,
): Promise<{ kind: FilingKind; drafts: UncheckedDraft[] }> {
  const kind = context.kinds.get(messageType);
  if (!kind) throw new FaultError([unknownKind(context, messageType)]);
  const parent = kind.covers === 'filing' ? await parentOf(db, kind, from.filingId, access) : undefined;
  const lists = await listsFor(db, kind, from, parent?.declarationIds, access);
  if (lists.length === 0) throw new FaultError([makeFault('L01', 'from', { what: describe(kind, from) })]);
  const input = tidy(from.input ?? {});
  const today = dayOf(context.clock.now());
  // The rules that apply depend on what the head says; a head of fixed values and input is enough to know.
  const rules = mergeRules(kind, { ...fixedOf(kind), ...input }, today);
  const paths = [...kind.groupBy.map((g) => g.path), ...rules.map((r) => r.path)];
  const groups = groupBy(lists, (list) => JSON.stringify(paths.map((path) => valueAt(path, { list }) ?? '')));
  const drafts = [...groups.values()].map((group) => {
    const data = complete(context, kind, {
      ...fill(kind, group, from, parent?.data, input),
      ...known(kind, input),
    });
    return {
      messageType,
      tenantId: ownerOf(group, access),
      data,
      declarationIds: group.map((l) => l.id),
      due: dueOf(kind, group),
      merged: kind.covers === 'month' ? mergedLines(group, textOf(data, 'itemNameFlag') === '1') : [],
      lists: group,
      apart: apartOf(paths, group),
    };
  });
  return { kind, drafts };
}

const apartOf = (paths: readonly string[], [list]: readonly CoveredList[]): Record<string, string> =>
  Object.fromEntries(
    paths.flatMap((path) => {
      const value = list && valueAt(path, { list });
      return value === undefined ? [] : [[path, value]];
    }),
  );

/** One seller's lists make the seller's filing; lists of several sellers the filing of who files them. */
export function ownerOf(lists: readonly CoveredList[], access: Pick<Access, 'tenantId'>): string {
  const owners = new Set(lists.map((l) => l.tenantId));
  const [only] = owners;
  return owners.size === 1 && only !== undefined ? only : access.tenantId;
}

const describe = (kind: FilingKind, from: DraftFrom): string =>
  from.billNo ?? from.month ?? from.filingId ?? from.declarationIds?.join('、') ?? kind.mapping.title.zh;

/** Input that names fields of the head overrules what the lists say; disagreement is then a fault of the draft. */
const known = (kind: FilingKind, input: FilingData): FilingData =>
  Object.fromEntries(Object.entries(input).filter(([name]) => kind.headFields.has(name)));

const fixedOf = (kind: FilingKind): Record<string, string> =>
  Object.fromEntries(
    Object.entries(kind.head).flatMap(([field, source]) =>
      typeof source === 'object' && !Array.isArray(source) && 'fixed' in source
        ? [[field, source.fixed]]
        : [],
    ),
  );

async function listsFor(
  db: Queryable,
  kind: FilingKind,
  from: DraftFrom,
  parentIds: readonly string[] | undefined,
  access: Pick<Access, 'tenants'>,
): Promise<CoveredList[]> {
  const ids = from.declarationIds ?? parentIds;
  if (ids) return listsById(db, ids, access.tenants);
  if (kind.covers === 'bill' && from.billNo)
    return listsOfBill(db, from.billNo, kind.lists.ieFlag, access.tenants);
  if (kind.covers === 'month' && from.month) {
    const start = monthStart(from.month, 0);
    const end = monthStart(from.month, 1);
    if (!start || !end) return [];
    const { statisticsFlag = '', ieFlag, notIn } = kind.lists;
    return listsCleared(
      db,
      start,
      end,
      { statisticsFlag, ieFlag, notIn, seller: from.seller },
      access.tenants,
    );
  }
  return [];
}

/** The first moment of a month in Asia/Shanghai, `add` months later. */
function monthStart(month: string, add: number): Date | undefined {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const at = new Date(Date.UTC(year, number - 1 + add, 1));
  return readTime(`${at.toISOString().slice(0, 7).replace('-', '')}01000000`);
}

async function parentOf(
  db: Queryable,
  kind: FilingKind,
  filingId: string | undefined,
  access: Pick<Access, 'tenants'>,
): Promise<{ data: FilingData; declarationIds: string[] } | undefined> {
  const { rows } = await db.query<{ filing: FilingData; ids: string[] }>(
    `select d.filing, array(select declaration_id from filing_declarations f where f.document_id = d.id) as ids
       from documents d where d.filing_id = $1 and d.current and d.message_type = $2 and d.tenant_id = any($3)
      order by d.seq limit 1`,
    [filingId ?? null, kind.of ?? '', access.tenants],
  );
  const row = rows[0];
  return row && { data: row.filing, declarationIds: row.ids };
}

/** The head and lines of a draft for one group of lists. */
function fill(
  kind: FilingKind,
  lists: readonly CoveredList[],
  from: DraftFrom,
  filing: FilingData | undefined,
  input: FilingData,
): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const [field, source] of Object.entries(kind.head)) {
    const sums = typeof source === 'object' && !Array.isArray(source) && 'sum' in source;
    data[field] = sums
      ? sumOf(source.sum, lists)
      : mostCommon(lists.map((list) => drafted(source, { list, filing, input })));
  }
  const { list } = kind;
  if (!list) return data;
  const line = (sources: Parameters<typeof drafted>[1]) =>
    Object.fromEntries(
      Object.entries(list.fields).map(([field, source]) => [field, drafted(source, sources)]),
    );
  const [only] = lists;
  if (list.each === 'declaration') data.list = lists.map((l) => line({ list: l, input }));
  else if (only)
    data.list = (from.lines ?? []).map(({ gnum, qty }) => ({
      ...line({
        list: only,
        line: only.order.lines.find((l, i) => (l.gnum ?? String(i + 1)) === gnum),
        qty,
        input,
      }),
      gnum,
      qty,
    }));
  return data;
}

/** The value most lists say; those that say another are then named by the checks. */
function mostCommon(values: readonly (string | undefined)[]): string | undefined {
  const groups = [
    ...groupBy(
      values.filter((v) => v !== undefined),
      (v) => v,
    ).entries(),
  ];
  return groups.sort(([, a], [, b]) => b.length - a.length)[0]?.[0];
}

let calendar: Calendar | undefined;

function dueOf(kind: FilingKind, lists: readonly CoveredList[]): string | null {
  const last = lists.map((l) => l.clearedAt?.getTime() ?? 0).sort((a, b) => b - a)[0];
  if (kind.dueDay === undefined || !last) return null;
  const start = monthStart(month7(new Date(last)), 1);
  if (!start) return null;
  calendar ??= loadCalendar();
  return workdayFrom(`${month7(start)}-${String(kind.dueDay).padStart(2, '0')}`, calendar);
}

/**
 * The goods lines customs merges lists into: the same destination, ten-digit code, currency and unit (and name, when
 * the filing says so) become one. Source: 海关总署公告2018年第194号.
 */
function mergedLines(lists: readonly CoveredList[], byName: boolean): MergedLine[] {
  const all = lists.flatMap((list) =>
    list.order.lines.map((line) => ({
      listId: list.id,
      country: line.country ?? list.order.list.country ?? '',
      gcode: line.gcode ?? '',
      gname: line.gname ?? '',
      currency: line.currency ?? list.order.currency ?? '',
      unit: line.unit ?? '',
      qty: line.qty ?? '0',
      totalPrice: line.totalPrice ?? '0',
    })),
  );
  const groups = groupBy(all, (l) =>
    JSON.stringify([l.country, l.gcode, l.currency, l.unit, byName ? l.gname : '']),
  );
  const sum = (values: readonly string[]) =>
    values.reduce((total, v) => (isPlainDecimal(v) ? total.plus(v) : total), new Dec(0)).toFixed();
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { country, gcode, gname, currency, unit } = first;
    return [
      {
        country,
        gcode,
        gname,
        currency,
        unit,
        lists: new Set(group.map((g) => g.listId)).size,
        qty: sum(group.map((g) => g.qty)),
        totalPrice: sum(group.map((g) => g.totalPrice)),
      },
    ];
  });
}
