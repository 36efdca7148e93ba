import type { Queryable } from '../store/store.js';

/** Whose figure a declaration is: its consignor (收发货人), on the day it counts. */
export interface Asked {
  tenantId: string;
  sellerCode: string;
  at: Date;
}

/** The 统一社会信用代码 of the consignor, null where only another code is known; district and park as codes of the registry. */
export interface Attribution {
  uscc: string | null;
  district: string;
  park: string;
}

/** Answers in the order of the questions. The registry of enterprises gives a fuller one than `byCode`. */
export type Attribute = (tx: Queryable, asked: readonly Asked[]) => Promise<Attribution[]>;

/** GB 32100-2015: 18 characters without I, O, S, V, Z, the third to eighth digits. */
const USCC = /^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$/;

/** What the declared code alone says: a 统一社会信用代码 is one, a customs registration code (10 characters) names no other. */
export const byCode: Attribute = (_tx, asked) =>
  Promise.resolve(
    asked.map(({ sellerCode }) => ({
      uscc: USCC.test(sellerCode) ? sellerCode : null,
      district: '',
      park: '',
    })),
  );
