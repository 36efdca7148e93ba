import { z } from 'zod';

/**
 * Raw payment data of retail imports, as 海关总署公告2018年第165号 and 第179号 ask platforms for. Names, lengths and the
 * spelling `inital…` are those of the interface text; it does not apply to exports.
 */
const text = (max: number) => z.string().min(1).max(max);

const goodsSchema = z.strictObject({
  gname: text(250),
  /** Address of the page that shows the goods; several are separated by `;`. */
  itemLink: text(3000),
});

export const paymentOrderSchema = z.strictObject({
  orderNo: text(60),
  goodsInfo: z.array(goodsSchema).min(1).max(1000),
  recpAccount: text(60),
  recpCode: z.string().max(18).optional(),
  recpName: text(100),
});

export const paymentDataSchema = z
  .strictObject({
    /** What the platform sent to the payment company, and what came back, unchanged. */
    initalRequest: text(8000),
    initalResponse: text(8000),
    ebpCode: text(18),
    payCode: text(18),
    payTransactionId: text(60),
    /** Decimal text: at most 14 digits before the point and 5 after it. */
    totalAmount: z.string().regex(/^\d{1,14}(\.\d{1,5})?$/),
    /** Customs code of the currency: 142 is CNY. */
    currency: z.string().regex(/^\d{3}$/),
    /** Where the payment can be checked: 1 银联, 2 网联, 3 other. */
    verDept: z.enum(['1', '2', '3']),
    /** 1 app, 2 PC, 3 scanned code, 4 other. */
    payType: z.enum(['1', '2', '3', '4']).optional(),
    /** yyyyMMddHHmmss, Asia/Shanghai. */
    tradingTime: z.string().regex(/^\d{14}$/),
    note: z.string().max(1000).optional(),
    /** All orders of the original payment request. */
    orders: z.array(paymentOrderSchema).min(1).max(1000),
  })
  .meta({ id: 'PaymentData' });
export type PaymentData = z.output<typeof paymentDataSchema>;

/** The form field `openReq` of customs' request. */
export const openRequestSchema = z.looseObject({
  orderNo: text(60),
  sessionID: text(36),
  serviceTime: z.union([z.number(), z.string().max(20)]).optional(),
});

export const requestStates = ['waiting', 'due', 'sending', 'uploaded', 'refused'] as const;
export type RequestState = (typeof requestStates)[number];
