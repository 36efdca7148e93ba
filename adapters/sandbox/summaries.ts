import { time14 } from '../../src/base/clock.js';
import { Dec } from '../../src/base/decimal.js';
import { amountOf, type Entry } from './entry.js';
import type { Desk, Push } from './rules.js';
import { element } from './xml.js';

type Line = Record<'invtNo' | 'logisticsNo' | 'gseqno' | 'gnum' | 'gcode', string>;

/**
 * 汇总结果单: the lists of an application, merged into one 报关单 for each set of lists that may share one. Every result
 * comes twice: first without the numbers of the 报关单, later with all of them.
 */
export function summaryResults(desk: Desk, parts: readonly Entry[]): Push[] {
  const rules = desk.data.filings.summary;
  const [first] = parts;
  if (!first) return [];
  const sumNo = first.numbers.sumNo ?? '';
  const sameFields =
    first.fields.summaryFlag === '2' ? [...rules.sameFields, ...rules.withProducer] : rules.sameFields;
  const groups = new Map<string, Entry[]>();
  for (const list of parts.flatMap((part) => part.refs)) {
    const key = sameFields.map((name) => list.fields[name] ?? '').join('\u0000');
    groups.set(key, [...(groups.get(key) ?? []), list]);
  }
  return [...groups.values()].flatMap((lists, index) => {
    const place = String(index + 1).padStart(2, '0');
    const { customsCode = '' } = first.fields;
    const serial = sumNo.slice(-9);
    const year = time14(desk.at).slice(0, 4);
    // 18 characters each, as the specification has them.
    const declSeqNo = `H${sumNo.slice(1, 9)}${serial.slice(2)}${place}`;
    const entry = {
      decTmpNo: `T${declSeqNo.slice(1)}`,
      decPreNo: `P${declSeqNo.slice(1)}`,
      entryId: `${customsCode}${year}0${serial.slice(2)}${place}`,
    };
    return chunks(linesOf(lists), rules.linesPerResult).flatMap((lines, part, all) => {
      const head = {
        ...weights(lists),
        msgCount: String(all.length),
        msgSeqNo: String(part + 1),
      };
      const result = (numbers: Record<string, string>, decState: string) => ({
        root: 'CEB792Message',
        xml: resultXml(first, { declSeqNo, ...numbers, decState }, head, lines),
      });
      return [
        { ...result({}, rules.firstState), afterMs: rules.firstAfterMs },
        { ...result(entry, rules.entryState), afterMs: rules.entryAfterMs },
      ];
    });
  });
}

function resultXml(
  { fields, numbers }: Entry,
  declaration: Record<string, string>,
  tail: Record<string, string>,
  lines: readonly Line[],
): Push['xml'] {
  const parties = ['agentCode', 'agentName', 'ebcCode', 'ebcName', 'declAgentCode', 'declAgentName'];
  return (p, guid, opDate) => {
    const { customsCode = '' } = fields;
    const head = {
      ...{ guid, customsCode, sumNo: numbers.sumNo ?? '', opDate },
      ...declaration,
      ...Object.fromEntries(parties.map((name) => [name, fields[name] ?? ''])),
      ...tail,
    };
    const rows = lines.map((line) => element(p, 'SummaryResultList', line)).join('');
    return `<${p}SummaryResult>${element(p, 'SummaryResultHead', head)}${rows}</${p}SummaryResult>`;
  };
}

/** gseqno: lines of one commodity code become one line of the 报关单. */
function linesOf(lists: readonly Entry[]): Line[] {
  const sequence = new Map<string, number>();
  return lists.flatMap(({ lines, numbers, fields }) =>
    lines.map(({ gnum = '', gcode = '' }) => {
      if (!sequence.has(gcode)) sequence.set(gcode, sequence.size + 1);
      const gseqno = String(sequence.get(gcode));
      return { invtNo: numbers.invtNo ?? '', logisticsNo: fields.logisticsNo ?? '', gseqno, gnum, gcode };
    }),
  );
}

function weights(lists: readonly Entry[]): { grossWeight: string; netWeight: string } {
  const sum = (name: string) =>
    lists.reduce((total, { fields }) => total.plus(amountOf(fields[name])), new Dec(0)).toString();
  return { grossWeight: sum('grossWeight'), netWeight: sum('netWeight') };
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}
