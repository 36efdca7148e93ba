import { z } from 'zod';

/**
 * The one order model. Leaf values are text after normalisation: decimals as plain decimal text, instants as ISO 8601
 * UTC (`2026-11-03T02:00:00Z`), dates as `yyyy-MM-dd`, codes as customs codes. The schema checks the shape only; what a
 * value may be is said by `mappings/` and checked in `src/checks`, so that every fault of an order is found at once.
 * Leaf names are those of the messages (gcode, copNo, loctNo …); `mappings/orders/fields.json` explains each.
 */
const leaf = z
  .union([z.string(), z.number(), z.boolean(), z.null()])
  .transform((v) => (v === null ? undefined : String(v).trim()))
  .transform((v) => (v === '' ? undefined : v))
  .optional()
  .meta({ type: ['string', 'number', 'null'] });

const party = { code: leaf, name: leaf };

export const orderLineSchema = z.strictObject({
  gnum: leaf,
  itemNo: leaf,
  itemRecordNo: leaf,
  itemName: leaf,
  itemDescribe: leaf,
  gcode: leaf,
  gname: leaf,
  gmodel: leaf,
  barCode: leaf,
  country: leaf,
  originCountry: leaf,
  tradeCountry: leaf,
  currency: leaf,
  qty: leaf,
  unit: leaf,
  qty1: leaf,
  unit1: leaf,
  qty2: leaf,
  unit2: leaf,
  price: leaf,
  totalPrice: leaf,
  /** 境内货源地 and lot: in no list message, kept for figures and tracing. */
  sourcePlace: leaf,
  lotNo: leaf,
  /** 涉出口关税: 1 where the declarant knows the goods to be liable to export duty; in no message, it decides the way. */
  exportDuty: leaf,
  /** Inspection (检验检疫): in no list message; goods declarations and inspection applications take them. */
  inspType: leaf,
  ciqCode: leaf,
  declGoodsEname: leaf,
  goodsAttr: leaf,
  purpose: leaf,
  mnufctrRegNo: leaf,
  mnufctrRegName: leaf,
  produceDate: leaf,
  prodValidDt: leaf,
  prodQgp: leaf,
  stuff: leaf,
  goodsBrand: leaf,
  goodsSpec: leaf,
  noDangFlag: leaf,
  uncode: leaf,
  dangName: leaf,
  /** Licence of the goods (产品资质): kind, number, last day of validity. */
  licTypeCode: leaf,
  licenceNo: leaf,
  licenceValidDt: leaf,
  note: leaf,
});

/** What people fill in by element name of a form, for example `{"DecHead": {"TypistNo": "…"}}`; its own checks judge it. */
const formDraft = z.record(z.string(), z.unknown()).optional();

export const orderSchema = z
  .strictObject({
    regime: leaf,
    ieFlag: leaf,
    orderType: leaf,
    orderNo: leaf,
    currency: leaf,
    goodsValue: leaf,
    freight: leaf,
    discount: leaf,
    taxTotal: leaf,
    acturalPaid: leaf,
    batchNumbers: leaf,
    /** Where the order was sold (own site, platform) and by which shop: kept for figures and tracing. */
    channel: leaf,
    shopId: leaf,
    note: leaf,
    platform: z.strictObject(party).default({}),
    seller: z.strictObject({ ...party, telephone: leaf }).default({}),
    producer: z.strictObject(party).default({}),
    declarant: z.strictObject(party).default({}),
    bondedOperator: z.strictObject(party).default({}),
    payment: z
      .strictObject({
        ...party,
        payNo: leaf,
        charge: leaf,
        total: leaf,
        currency: leaf,
        accountingDate: leaf,
        note: leaf,
      })
      .default({}),
    payer: z.strictObject({ name: leaf, idType: leaf, idNumber: leaf, telephone: leaf }).default({}),
    buyer: z
      .strictObject({
        regNo: leaf,
        name: leaf,
        idType: leaf,
        idNumber: leaf,
        telephone: leaf,
        identityVerified: leaf,
      })
      .default({}),
    consignee: z.strictObject({ name: leaf, telephone: leaf, address: leaf, district: leaf }).default({}),
    waybill: z
      .strictObject({
        ...party,
        logisticsNo: leaf,
        freight: leaf,
        insuredFee: leaf,
        currency: leaf,
        grossWeight: leaf,
        packNo: leaf,
        goodsInfo: leaf,
        note: leaf,
      })
      .default({}),
    list: z
      .strictObject({
        copNo: leaf,
        customsCode: leaf,
        portCode: leaf,
        ieDate: leaf,
        statisticsFlag: leaf,
        emsNo: leaf,
        trafMode: leaf,
        trafName: leaf,
        voyageNo: leaf,
        billNo: leaf,
        totalPackageNo: leaf,
        loctNo: leaf,
        licenseNo: leaf,
        assureCode: leaf,
        country: leaf,
        pod: leaf,
        freight: leaf,
        fCurrency: leaf,
        insuredFee: leaf,
        iCurrency: leaf,
        wrapType: leaf,
        packNo: leaf,
        grossWeight: leaf,
        netWeight: leaf,
        note: leaf,
      })
      .default({}),
    lines: z.array(orderLineSchema).default([]),
    /** 报关单 and 检验检疫申请: what the order itself does not say, by element name (docs/goods-declarations.md). */
    declaration: formDraft,
    application: formDraft,
  })
  .meta({ id: 'Order' });

export type Order = z.output<typeof orderSchema>;
export type OrderLine = z.output<typeof orderLineSchema>;
/** The parties of an order that may answer for a document; `seller` is the consignor (电商企业/收发货人). */
export type PartyRole =
  'platform' | 'seller' | 'producer' | 'declarant' | 'bondedOperator' | 'payment' | 'waybill';
