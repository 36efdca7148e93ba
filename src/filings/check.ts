import { dayOf } from '../base/clock.js';
import { groupBy } from '../base/collections.js';
import { Dec, isPlainDecimal } from '../base/decimal.js';
import { bySeverity, type Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { nearest } from '../base/nearest.js';
import type { Queryable } from '../store/store.js';
import type { FilingContext } from './context.js';
import { linesOf, textOf, type FilingData } from './data.js';
import { mergeRules, type FilingKind } from './kinds.js';
import { holdersOf, nameOf, numberOf, returnedSoFar, type CoveredList } from './lists.js';
import { listPath, valueAt } from './values.js';

/** What is checked: the data as they would be sent, and the lists they speak of. */
export interface Checked {
  kind: FilingKind;
  data: FilingData;
  lists: readonly CoveredList[];
  /** The filing that is being changed: what it holds is no obstacle. */
  filingId?: string | undefined;
}

/** Every fault of a filing at once: fields of its message (F…), and how it fits its lists (L…). */
export async function checkFiling(db: Queryable, context: FilingContext, checked: Checked): Promise<Fault[]> {
  const { kind, data } = checked;
  return [
    ...formFaults(context, checked),
    ...referenceFaults(kind, data, checked.lists),
    ...agreementFaults(kind, data, checked.lists),
    ...mergeFaults(context, checked),
    ...stateFaults(context, kind, checked.lists),
    ...(await holderFaults(db, context, checked)),
    ...(await returnFaults(db, checked)),
  ];
}

/** The faults of a filing that its data alone show: unknown and faulty fields, times, and values its kind refuses. */
export function formFaults(context: FilingContext, checked: Checked): Fault[] {
  const { kind, data } = checked;
  return [
    ...unknownFields(kind, data),
    ...fieldFaults(context, checked),
    ...timeFaults(context, kind, data),
    ...kind.refuses
      .filter((r) => textOf(data, r.field) === r.value)
      .map((r) => makeFault(r.fault, r.field, {}, r.value)),
  ];
}

const labels = (kind: FilingKind) => ({ filing: kind.mapping.title.zh, filingEn: kind.mapping.title.en });
const named = (kind: FilingKind, field: string) => ({
  field: (kind.headFields.get(field) ?? kind.listFields.get(field))?.zh ?? field,
  name: field,
});
const shown = (kind: FilingKind, field: string, value: string) =>
  kind.personal.includes(field) ? '***' : value;
const some = (names: readonly string[]) =>
  names.length > 5 ? `${names.slice(0, 5).join('、')} 等 ${names.length} 票` : names.join('、');

function unknownFields(kind: FilingKind, data: FilingData): Fault[] {
  const faults: Fault[] = [];
  const check = (name: string, known: ReadonlyMap<string, unknown>, path: string) => {
    if (known.has(name)) return;
    const near = nearest(name, known.keys()) ?? [...known.keys()].slice(0, 5).join('、');
    faults.push(
      makeFault('L23', path, { document: kind.mapping.title.zh, message: kind.message, name, near }, name),
    );
  };
  for (const name of Object.keys(data))
    if (name !== 'list' || kind.listFields.size === 0) check(name, kind.headFields, name);
  linesOf(data).forEach((line, i) => {
    for (const name of Object.keys(line)) check(name, kind.listFields, `list[${i}].${name}`);
  });
  return faults;
}

/** The message's own field checks; values of personal fields are not repeated in them. */
function fieldFaults(context: FilingContext, { kind, data, lists }: Checked): Fault[] {
  const compiled = context.messages.get(kind.message, kind.mapping.edition);
  if (!compiled) throw new Error(`no mapping of ${kind.message}`);
  const document = {
    guid: '00000000-0000-0000-0000-000000000000',
    appType: '1',
    appTime: context.clock.now(),
    appStatus: '2',
  };
  // A doubt never holds up a filing, and it has no declaration to be shown with.
  const { faults } = bySeverity(compiled.check({ order: data, document }, lists[0]?.regime ?? ''));
  if (kind.most !== undefined && linesOf(data).length > kind.most)
    faults.push(makeFault('L17', 'list', { lines: String(linesOf(data).length), most: String(kind.most) }));
  return faults.map((fault) => {
    if (!kind.personal.includes(fault.path)) return fault;
    const { hint: _hint, ...rest } = fault;
    return rest;
  });
}

function timeFaults(context: FilingContext, kind: FilingKind, data: FilingData): Fault[] {
  const faults: Fault[] = [];
  const timeOf = (field: string) => Date.parse(textOf(data, field) ?? '');
  for (const field of kind.past)
    if (timeOf(field) > context.clock.now().getTime()) {
      const value = textOf(data, field) ?? '';
      faults.push(makeFault('L16', field, { ...named(kind, field), value }, value));
    }
  if (kind.period) {
    const [start, end] = [textOf(data, kind.period.start), textOf(data, kind.period.end)];
    const none = start === undefined && end === undefined;
    if (
      none
        ? linesOf(data).length === 0
        : start === undefined || end === undefined || timeOf(kind.period.end) < timeOf(kind.period.start)
    )
      faults.push(makeFault('L09', none ? 'list' : kind.period.start));
  }
  return faults;
}

/** True when the data name no list one by one: a bill or a period stands for them. */
const namesNone = (kind: FilingKind, data: FilingData): boolean =>
  kind.refers.at === 'list' && linesOf(data).length === 0;

/** Every number names a covered list, every covered list is named, and none twice. */
function referenceFaults(kind: FilingKind, data: FilingData, lists: readonly CoveredList[]): Fault[] {
  const { at, field } = kind.refers;
  if (namesNone(kind, data))
    return lists.length > 0
      ? []
      : [makeFault('L01', 'list', { what: textOf(data, 'billNo') ?? kind.mapping.title.zh })];
  const faults: Fault[] = [];
  const known = new Set(lists.flatMap((l) => numberOf(l, field) ?? []));
  const said = at === 'head' ? [textOf(data, field)] : linesOf(data).map((line) => textOf(line, field));
  const places = new Map<string, number[]>();
  said.forEach((number, i) => {
    if (number === undefined) return;
    places.set(number, [...(places.get(number) ?? []), i]);
    const path = at === 'head' ? field : `list[${i}].${field}`;
    if (!known.has(number))
      faults.push(makeFault('L05', path, { ...named(kind, field), value: number }, number));
  });
  for (const [number, lines] of places)
    if (lines.length > 1 && at === 'list')
      faults.push(
        makeFault(
          'L03',
          `list[${lines[1]}].${field}`,
          { ...named(kind, field), value: number, lines: lines.map((i) => i + 1).join('、') },
          number,
        ),
      );
  const left = lists.filter((l) => !places.has(numberOf(l, field) ?? ''));
  if (left.length > 0 && said.some((n) => n !== undefined))
    faults.push(makeFault('L22', at === 'head' ? field : 'list', { lists: some(left.map(nameOf)) }));
  if (lists.length === 0 && said.every((n) => n === undefined))
    faults.push(makeFault('L01', at === 'head' ? field : 'list', { what: kind.mapping.title.zh }));
  return faults;
}

/** The head says what its lists say; where lists differ among themselves, those that disagree are named. */
function agreementFaults(kind: FilingKind, data: FilingData, lists: readonly CoveredList[]): Fault[] {
  const faults: Fault[] = [];
  for (const field of kind.agree) {
    const value = textOf(data, field);
    const path = listPath(kind.head[field]);
    if (value === undefined || path === undefined) continue;
    const others = lists.flatMap((list) => {
      const other = valueAt(path, { list });
      return other === undefined || other === value ? [] : [{ list, other }];
    });
    for (const [other, group] of groupBy(others, (o) => o.other))
      faults.push(
        makeFault(
          'L02',
          field,
          {
            ...named(kind, field),
            value: shown(kind, field, value),
            other: shown(kind, field, other),
            lists: some(group.map((g) => nameOf(g.list))),
          },
          shown(kind, field, value),
        ),
      );
  }
  for (const [field, source] of Object.entries(kind.head)) {
    if (typeof source !== 'object' || Array.isArray(source) || !('byRegime' in source)) continue;
    const regime = lists[0]?.regime ?? '';
    const [wanted, value] = [source.byRegime[regime], textOf(data, field)];
    if (wanted !== undefined && value !== undefined && value !== wanted)
      faults.push(makeFault('L13', field, { regime, wanted, value }, value));
  }
  return faults;
}

function mergeFaults(context: FilingContext, { kind, data, lists }: Checked): Fault[] {
  const today = dayOf(context.clock.now());
  return mergeRules(kind, data, today).flatMap((rule) => {
    const groups = [...groupBy(lists, (list) => valueAt(rule.path, { list }) ?? '').values()];
    const odd = groups.sort((a, b) => b.length - a.length).slice(1);
    if (odd.length === 0) return [];
    return [
      makeFault('L08', 'list', {
        lists: some(odd.flat().map(nameOf)),
        rule: rule.text.zh,
        ruleEn: rule.text.en,
      }),
    ];
  });
}

/** Which lists may go into a filing of this kind, by direction, declaration kind and state. */
function stateFaults(context: FilingContext, kind: FilingKind, lists: readonly CoveredList[]): Fault[] {
  const { words } = context;
  const faults: Fault[] = [];
  const path = kind.refers.at === 'head' ? kind.refers.field : 'list';
  for (const list of lists) {
    const about = { list: nameOf(list), ...labels(kind) };
    if (list.withdrawnAt) {
      const date = dayOf(list.withdrawnAt);
      faults.push(makeFault('L14', path, { ...about, date }));
    }
    if (list.ieFlag !== kind.lists.ieFlag) {
      const [value, wanted] = [words.ieFlags[list.ieFlag], words.ieFlags[kind.lists.ieFlag]];
      const what = {
        what: '进出口标志',
        whatEn: 'Direction',
        value: value?.zh ?? list.ieFlag,
        valueEn: value?.en ?? list.ieFlag,
        wanted: wanted?.zh ?? '',
        wantedEn: wanted?.en ?? '',
      };
      faults.push(makeFault('L07', path, { ...about, ...what }));
    }
    const { statisticsFlag, regimes, verdicts } = kind.lists;
    if (regimes && !regimes.includes(list.regime)) {
      const what = {
        what: '监管方式',
        whatEn: 'Customs regime',
        value: list.regime,
        valueEn: list.regime,
        wanted: regimes.join('、'),
        wantedEn: regimes.join(', '),
      };
      faults.push(makeFault('L07', path, { ...about, ...what }));
    }
    if (statisticsFlag !== undefined && list.statisticsFlag !== statisticsFlag) {
      const value = list.statisticsFlag ?? '';
      const what = { what: '申报业务类型', whatEn: 'Statistics flag', value, valueEn: value };
      faults.push(
        makeFault('L07', path, { ...about, ...what, wanted: statisticsFlag, wantedEn: statisticsFlag }),
      );
    }
    if (verdicts && !verdicts.includes(list.verdict))
      faults.push(
        makeFault('L06', path, {
          ...about,
          state: words.verdicts[list.verdict].zh,
          stateEn: words.verdicts[list.verdict].en,
          allowed: verdicts.map((v) => words.verdicts[v].zh).join('、'),
          allowedEn: verdicts.map((v) => words.verdicts[v].en).join(', '),
        }),
      );
  }
  return faults;
}

async function holderFaults(
  db: Queryable,
  context: FilingContext,
  { kind, lists, filingId }: Checked,
): Promise<Fault[]> {
  if (kind.lists.notIn.length === 0 || lists.length === 0) return [];
  const holders = await holdersOf(
    db,
    lists.map((l) => l.id),
    kind.lists.notIn,
  );
  const byId = new Map(lists.map((l) => [l.id, l]));
  return holders
    .filter((h) => h.filingId !== filingId)
    .flatMap((holder) => {
      const list = byId.get(holder.declarationId);
      const other = context.kinds.get(holder.messageType);
      if (!list || !other) return [];
      return [
        makeFault('L04', kind.refers.at === 'head' ? kind.refers.field : 'list', {
          list: nameOf(list),
          ...labels(other),
          copNo: holder.copNo,
          state: holder.accepted ? '海关已审结' : '办理中',
          stateEn: holder.accepted ? 'granted' : 'under way',
        }),
      ];
    });
}

/** Lines taken from the original list, which a return must repeat as they are. */
const SAME = ['gcode', 'unit', 'unit1', 'unit2'] as const;
const QUANTITIES = [
  { field: 'qty', zh: '申报数量', en: 'quantity' },
  { field: 'qty1', zh: '法定数量', en: 'statutory quantity' },
  { field: 'qty2', zh: '法定第二数量', en: 'second statutory quantity' },
] as const;

/** A return names goods of the original list, and no more of them than are left after earlier returns. */
async function returnFaults(db: Queryable, { kind, data, lists, filingId }: Checked): Promise<Fault[]> {
  const list = lists[0];
  if (kind.effect !== 'returned' || !list) return [];
  const before = new Map((await returnedSoFar(db, list.id, filingId)).map((r) => [r.gnum, r]));
  const originals = new Map(list.order.lines.map((line, i) => [line.gnum ?? String(i + 1), line]));
  const here = new Map<string, Dec>();
  return linesOf(data).flatMap((line, i): Fault[] => {
    const gnum = textOf(line, 'gnum');
    if (gnum === undefined) return [];
    const original = originals.get(gnum);
    if (!original)
      return [makeFault('L12', `list[${i}].gnum`, { gnum, known: [...originals.keys()].join('、') }, gnum)];
    const faults: Fault[] = [];
    for (const field of SAME) {
      const [value, other] = [textOf(line, field), textOf(original, field)];
      if (kind.listFields.has(field) && value !== undefined && other !== undefined && value !== other)
        faults.push(
          makeFault('L11', `list[${i}].${field}`, { gnum, ...named(kind, field), value, other }, value),
        );
    }
    for (const { field, zh, en } of QUANTITIES) {
      const [qty, whole] = [textOf(line, field), original[field]];
      if (!kind.listFields.has(field) || qty === undefined || whole === undefined) continue;
      if (!isPlainDecimal(qty) || !isPlainDecimal(whole)) continue;
      const key = `${gnum} ${field}`;
      const returned = new Dec(before.get(gnum)?.[field] ?? '0').plus(here.get(key) ?? '0');
      const rest = new Dec(whole).minus(returned);
      here.set(key, (here.get(key) ?? new Dec(0)).plus(qty));
      if (rest.gte(qty)) continue;
      const params = {
        gnum,
        what: zh,
        whatEn: en,
        qty,
        rest: rest.toFixed(),
        original: whole,
        returned: returned.toFixed(),
      };
      faults.push(makeFault('L10', `list[${i}].${field}`, params, qty));
    }
    return faults;
  });
}
