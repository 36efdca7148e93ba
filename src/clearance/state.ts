import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { mappingPath } from '../base/root.js';
import type { Text } from '../terms/text.js';
import { verdictSchema, type Verdict } from '../terms/verdict.js';

const statusSchema = z.strictObject({
  zh: z.string(),
  en: z.string(),
  phase: z.enum(['eport', 'customs']),
  rank: z.int(),
  verdict: verdictSchema,
});
const statusesSchema = z.strictObject({
  source: z.string(),
  validFrom: z.iso.date(),
  pattern: z.string(),
  statuses: z.record(z.string(), statusSchema),
  /** Processing errors that only say "I have this document already". */
  duplicates: z.strictObject({ source: z.string(), phrases: z.array(z.string().min(4)) }),
});

export interface StatusMeaning {
  text: Text;
  /** customs speaks after, and over, the electronic port */
  phase: 'eport' | 'customs';
  rank: number;
  verdict: Verdict;
}

/** One receipt as far as the state of a document is concerned. */
export interface Stated {
  status: string;
  /** customs' own time; the arrival plays no part */
  time: Date | undefined;
  infoCode: string | undefined;
  preNo: string | undefined;
  invtNo: string | undefined;
}

export interface ClearanceState {
  verdict: Verdict;
  status: string | null;
  statusTime: Date | null;
  infoCode: string | null;
  preNo: string | null;
  invtNo: string | null;
  /** 放行, or 结关 when that came without one: the moment from which the list counts. */
  releasedAt: Date | null;
  /** 结关 */
  clearedAt: Date | null;
  /** Customs took the document in, so that a document which refers to it may follow. */
  accepted: boolean;
}

const TAKEN_IN: ReadonlySet<Verdict> = new Set([
  'accepted',
  'review',
  'inspection',
  'reviewed',
  'released',
  'cleared',
]);

/** Meanings of returnStatus (specification 202205, receipt tables) and the state that a set of receipts makes. */
export class Statuses {
  private readonly known: Map<string, StatusMeaning>;
  private readonly duplicates: readonly string[];

  constructor(file = mappingPath('ceb-202205', 'statuses.json')) {
    const data = statusesSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    this.duplicates = data.duplicates.phrases;
    this.known = new Map(
      Object.entries(data.statuses).map(([code, s]) => [
        code,
        { text: { zh: s.zh, en: s.en }, phase: s.phase, rank: s.rank, verdict: s.verdict },
      ]),
    );
  }

  /** A negative number is a processing error of the electronic port; an unknown code is kept and shown as it is. */
  meaning(status: string): StatusMeaning {
    const known = this.known.get(status);
    if (known) return known;
    if (/^-\d+$/.test(status))
      return {
        text: { zh: '处理异常', en: 'Processing error' },
        phase: 'eport',
        rank: 50,
        verdict: 'failed',
      };
    return {
      text: { zh: `未知状态 ${status}`, en: `Unknown status ${status}` },
      phase: 'eport',
      rank: 0,
      verdict: 'received',
    };
  }

  /** The electronic port says that it holds a document of this number already (已存在相同编号…). */
  isDuplicate(status: string, info: string): boolean {
    return status.startsWith('-') && this.duplicates.some((phrase) => info.includes(phrase));
  }

  /** Of two receipts of one document the one that decides its verdict; `a` undefined means there is none yet. */
  deciding(a: Stated | undefined, b: Stated): Stated {
    return a && after(a, this.meaning(a.status), b, this.meaning(b.status)) ? a : b;
  }

  /**
   * The state made by all receipts of one document. The phase decides first (customs over electronic port), then
   * customs' returnTime, then the rank of the status: the same for any order of arrival and any repetition.
   */
  stateOf(receipts: readonly Stated[], acceptedAt: string | undefined): ClearanceState {
    let latest: { receipt: Stated; meaning: StatusMeaning } | undefined;
    let preNo: string | null = null;
    let invtNo: string | null = null;
    let released: Date | undefined;
    let cleared: Date | undefined;
    let accepted = false;
    for (const receipt of receipts) {
      const meaning = this.meaning(receipt.status);
      if (!latest || after(receipt, meaning, latest.receipt, latest.meaning)) latest = { receipt, meaning };
      // Numbers never change once given; the greatest makes the choice independent of the arrival.
      if (receipt.preNo && (preNo === null || receipt.preNo > preNo)) preNo = receipt.preNo;
      if (receipt.invtNo && (invtNo === null || receipt.invtNo > invtNo)) invtNo = receipt.invtNo;
      if (meaning.verdict === 'released') released = earlier(released, receipt.time);
      if (meaning.verdict === 'cleared') cleared = earlier(cleared, receipt.time);
      if (receipt.status === acceptedAt || (acceptedAt === '120' && TAKEN_IN.has(meaning.verdict)))
        accepted = true;
    }
    const verdict = latest?.meaning.verdict ?? 'none';
    return {
      verdict,
      status: latest?.receipt.status ?? null,
      statusTime: latest?.receipt.time ?? null,
      infoCode: latest?.receipt.infoCode ?? null,
      preNo,
      invtNo,
      releasedAt: released ?? cleared ?? null,
      clearedAt: cleared ?? null,
      accepted: accepted && verdict !== 'refused' && verdict !== 'failed',
    };
  }
}

const earlier = (a: Date | undefined, b: Date | undefined): Date | undefined =>
  !a ? b : !b || a <= b ? a : b;

function after(a: Stated, ma: StatusMeaning, b: Stated, mb: StatusMeaning): boolean {
  if (ma.phase !== mb.phase) return ma.phase === 'customs';
  const ta = a.time?.getTime() ?? 0;
  const tb = b.time?.getTime() ?? 0;
  if (ta !== tb) return ta > tb;
  if (ma.rank !== mb.rank) return ma.rank > mb.rank;
  // Two unlike receipts of the same moment and rank: any fixed choice will do, as long as it is fixed.
  return `${a.status}|${a.infoCode ?? ''}` > `${b.status}|${b.infoCode ?? ''}`;
}
