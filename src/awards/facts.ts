import type { Dec } from '../base/decimal.js';

/**
 * What a flow is: `stated` is a turnover figure handed in as it counts under the chosen readings; the others are typed
 * and counted or not by the reading of what turnover is.
 */
export type FlowBasis = 'stated' | 'declared' | 'sale' | 'settled';

/** A part of an enterprise's turnover in one month or year; goods that came back or never left are taken off. */
export interface Flow {
  basis: FlowBasis;
  /** Why it is taken off: never exported, came back, or paid back to the buyer. */
  off?: 'revoked' | 'returned' | 'refunded';
  /** Whose turnover: the enterprise's own, that of merchants on its platform, or retail only. */
  of: 'own' | 'own-on-platform' | 'platform' | 'third-party' | 'district-merchants' | 'retail';
  /** Customs regime (9610 …) or another way (0110, mail); null when the figure does not say. */
  regime: string | null;
  direction: 'export' | 'import';
  /** The calendar year it belongs to (Asia/Shanghai); null when the case gives none. */
  year: number | null;
  /** `yyyy-MM`; null when only the year is known. */
  month: string | null;
  /** For what came back: the day, and so the year, it came back; null when not said. */
  backOn?: string | null;
  /** Came back after the cut-off of the figures. */
  afterCutOff?: boolean;
  /** Whether the enterprise was registered in the district then; null when the figure mixes both. */
  registered: boolean | null;
  /** Whether the statistics bureau attributes it to the district; null when unknown. */
  attributed: boolean | null;
  currency: string;
  amount: Dec;
  /** The same in USD or CNY where the record keeps both. */
  usd?: Dec | undefined;
  cny?: Dec | undefined;
  /** Rates of the record. */
  cnyPerUnit?: Dec | undefined;
  cnyPerUsd?: Dec | undefined;
  usdPerUnit?: Dec | undefined;
  /** A sale of goods that stand among the declared flows too (9810): never added to them. */
  sameGoods?: boolean;
  /** How many counting records stand behind it. */
  records?: number;
}

/** A listing or punishment that may exclude. */
export interface Listing {
  kind: 'blacklist' | 'fiscal-penalty' | 'abnormal' | 'serious';
  list: string;
  listedOn: string | null;
  removedOn: string | null;
  source: string | null;
}

/** An amount paid before for a clause. */
export interface PaidBefore {
  clause: string | null;
  year: number | null;
  cny: Dec;
}

/** A figure handed in: one number, one a year or item, a yes or no, or titles. */
export type Given = { numbers: Dec[] } | { flag: boolean } | { titles: string[] };

/** Everything the engine knows about one enterprise. Money as decimals; dates `yyyy-MM-dd`. */
export interface Facts {
  /** Shown on the sheet: the 统一社会信用代码, or a name of the case file. */
  subject: string;
  year: number | null;
  applicationOn: string | null;
  /** The moment of the application (ISO), or its day where only that is known. */
  appliedAt: string | null;
  /** Cut-off of the figures; null: the figures are of today. */
  snapshot: string | null;
  /** District of registration today; null when not given (to be proven by evidence). */
  registeredDistrict: string | null;
  movedInOn: string | null;
  paysTax: boolean | null;
  filesTax: boolean | null;
  /** Known to stand on a blacklist now, without dates. */
  blacklisted: boolean | null;
  listings: Listing[];
  paidBefore: PaidBefore[];
  flows: Flow[];
  given: Map<string, Given>;
  /** Rates beside those of the records, for the other readings. */
  rates: { average: Dec | null; periodEnd: Dec | null; application: Dec | null };
  approvedCny: Dec | null;
  higherLevelCny: Dec | null;
  /** Facts about the policy that the case states: its status and start. */
  policy: { status: 'draft' | 'adopted' | null; validFrom: string | null };
  /** Place among the candidates of a round, for clauses by ranking; null outside a round. */
  places: Map<string, number>;
  /** What was handed in and could not be read or is known to nobody. */
  problems: { zh: string; en: string }[];
}

/** Facts about nothing yet. */
export const noFacts = (subject: string): Facts => ({
  subject,
  year: null,
  applicationOn: null,
  appliedAt: null,
  snapshot: null,
  registeredDistrict: null,
  movedInOn: null,
  paysTax: null,
  filesTax: null,
  blacklisted: null,
  listings: [],
  paidBefore: [],
  flows: [],
  given: new Map(),
  rates: { average: null, periodEnd: null, application: null },
  approvedCny: null,
  higherLevelCny: null,
  policy: { status: null, validFrom: null },
  places: new Map(),
  problems: [],
});

/** Several enterprises taken as one (reading `consolidated`): figures and flows together. */
export function consolidate(all: readonly Facts[]): Facts {
  const first = all[0];
  if (!first) throw new RangeError('nothing to consolidate');
  const given = new Map<string, Given>();
  for (const facts of all)
    for (const [measure, value] of facts.given) {
      const before = given.get(measure);
      if (before && 'numbers' in before && 'numbers' in value)
        given.set(measure, {
          numbers: Array.from({ length: Math.max(before.numbers.length, value.numbers.length) }, (_, i) => {
            const [a, b] = [before.numbers[i], value.numbers[i]];
            return a && b ? a.plus(b) : (a ?? b)!;
          }),
        });
      else given.set(measure, value);
    }
  return {
    ...first,
    subject: all.map((f) => f.subject).join(' + '),
    flows: all.flatMap((f) => f.flows),
    listings: all.flatMap((f) => f.listings),
    paidBefore: all.flatMap((f) => f.paidBefore),
    problems: all.flatMap((f) => f.problems),
    given,
  };
}
