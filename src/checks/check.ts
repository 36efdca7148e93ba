import { z } from 'zod';
import type { Text } from '../terms/text.js';
import type { Dec } from '../base/decimal.js';
import type { Order } from '../orders/order.js';
import type { EnterpriseFacts } from './enterpriseFacts.js';
import type { GoodsTables } from './goodsTables.js';
import type { JudgedByMessages } from './tables.js';
import type { IeFlag, Regime, Regimes } from '../orders/regimes.js';

/** What a check knows besides the order. */
export interface Situation {
  /** The order's date, `yyyy-MM-dd` in Asia/Shanghai: the day of export, or today when the order names none. */
  date: string;
  /** The moment of the check. */
  now: Date;
  /** The order's direction. */
  ieFlag: IeFlag;
  /** The regime the order names, as in force on its date; undefined when there is none, then or today. */
  regime: Regime | undefined;
  /** What the registry knows of the parties; undefined where nobody asked it, as offline. */
  enterprises?: EnterpriseFacts;
}

/** What the checks need of an exchange rate table; `Rates` of `src/figures` has it. Months are `yyyy-MM`. */
export interface ExchangeRates {
  iso(currencyCode: string): string | undefined;
  on(month: string, currencyIso: string): Dec | undefined;
  toCny(amount: Dec, currencyCode: string, month: string): Dec | undefined;
  rateId(month: string, currencyCode: string): string | undefined;
  /** False for sample data. */
  readonly official: boolean;
}

/** Tables the checks look things up in. */
export interface Tables {
  rates: ExchangeRates;
  /** Goods codes, positive list, prohibited goods and pilot zones. */
  goods: GoodsTables;
  /** The regimes in force on a day. */
  regimesOn: Regimes['inForceOn'];
  /** What a customs code means; the code itself when its table does not know it. */
  meaning(table: 'country' | 'currency' | 'unit', code: string): Text;
  /** True for a code that its table knows. */
  isKnown(table: 'country' | 'currency' | 'unit' | 'yesNo', code: string): boolean;
  /** Country of each port of destination that the table can place. */
  portCountry: ReadonlyMap<string, string>;
  /** What people call a field of the order. */
  label(path: string): Text;
  /** What the field checks of a regime's messages judge already. */
  judgedByMessages(regime: Regime): JudgedByMessages;
}

/**
 * Reports one fault of the rule at hand; `hint` is the offending value and never personal data. `sample` names the
 * sample data it was judged on: the fault is then a notice that says so, because sample data never refuse.
 */
export type Report = (path: string, params?: Record<string, string>, hint?: string, sample?: Text) => void;

/** Judges one order. Never throws: what is missing or unreadable has a fault from the field checks and is passed over. */
export type Check = (order: Order, situation: Situation, report: Report) => void;

/** One function of the fixed list: reads the parameters a rule gives it, then waits for its tables. */
export interface CheckFunction {
  /** Throws a ZodError when the parameters have a wrong shape or name an unknown path. */
  bind(params: unknown): (tables: Tables) => Check;
}

/** Makes a function of the fixed list from the shape of its parameters. */
export function defineCheck<S extends z.ZodRawShape>(
  shape: S,
  compile: (params: z.output<z.ZodObject<S, z.core.$strict>>, tables: Tables) => Check,
): CheckFunction {
  const schema = z.strictObject(shape);
  return {
    bind(raw) {
      const params = schema.parse(raw);
      return (tables) => compile(params, tables);
    },
  };
}
