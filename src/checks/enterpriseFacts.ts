import type { Order } from '../orders/order.js';

/** What kinds of facts a registry keeps of an enterprise; each holds from a day to a day, with its source. */
export const factKinds = ['customs-filing', 'blacklist', 'abnormal', 'serious', 'licence', 'pilot'] as const;
export type FactKind = (typeof factKinds)[number];

/**
 * One fact: filed with customs (进出口收发货人备案), on a blacklist (失信), among the abnormal (经营异常名录) or the serious
 * offenders (严重违法失信名单), a licence of a partner (payment, courier), a pilot qualification.
 */
export interface EnterpriseFact {
  kind: FactKind;
  /** What a licence or pilot is for, for example `payment` or `medicine`; empty where the kind says it all. */
  subject: string;
  /** yyyy-MM-dd, Asia/Shanghai, both days included. */
  validFrom: string;
  validTo?: string | undefined;
  source: string;
}

/** What is known of enterprises, by 统一社会信用代码 or customs registration code; the registry in the store is one. */
export interface EnterpriseFacts {
  /** Every fact of one enterprise, in any order; none when nothing is known. */
  of(code: string): readonly EnterpriseFact[];
}

/** Codes of the parties that can be looked up: one that no text of the database can hold belongs to nobody. */
export const partyCodes = (order: Order): string[] =>
  [order.seller, order.platform, order.declarant, order.payment, order.waybill].flatMap(({ code }) =>
    code === undefined || code.includes('\0') ? [] : code,
  );
