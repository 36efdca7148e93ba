import { Dec, isPlainDecimal } from '../base/decimal.js';
import type { GoodsData } from '../goods/item.js';
import type { CodeTables } from '../messages/codes.js';
import type { Order } from '../orders/order.js';

/**
 * What an application for a certificate is written from: a snapshot of the orders it covers, and what people gave by
 * element name. It is kept with its document, so that a later correction of an order changes no certificate that was
 * applied for. Decimals are plain text, days `yyyy-MM-dd`, currencies ISO 4217 letters.
 */
export interface Application {
  /** CertType. */
  agreement: string;
  /** CertStatus: 0 new, 1 amended, 2 re-issued. */
  status: string;
  day: string;
  regime?: string | undefined;
  exporter: Party & { customsCode?: string | undefined };
  applicant: { code?: string | undefined };
  /** Of the goods; `code` is that of customs. */
  destination: Place;
  contractNo?: string | undefined;
  /** Numbers of the customs declarations (报关单号), separated by a semicolon. */
  entryIds?: string | undefined;
  invoice: {
    no?: string | undefined;
    date?: string | undefined;
    currency?: string | undefined;
    terms?: string | undefined;
    value?: string | undefined;
    fob?: string | undefined;
  };
  transport: { means?: string | undefined; name?: string | undefined; day?: string | undefined };
  /** The certificate it stands in for. */
  replaced?: { certNo: string; reason: string; fields?: string | undefined; day: string; issuedOn: string };
  /** 1: the exporter promises that what it says is true (申请人承诺). */
  promise?: string;
  lines: ApplicationLine[];
  /** What people gave, by element name. */
  certificate: Record<string, unknown>;
}

interface Party {
  code?: string | undefined;
  name?: string | undefined;
}
export interface Place {
  code: string;
  iso3?: string | undefined;
  name?: string | undefined;
  nameEn?: string | undefined;
}

export interface ApplicationLine {
  /** Place in the certificate, from 1. */
  no: string;
  declarationId: string;
  orderNo: string;
  /** Place in its order. */
  gnum: string;
  hs?: string | undefined;
  name?: string | undefined;
  nameEn?: string | undefined;
  description?: string | undefined;
  qty: string;
  unit?: string | undefined;
  unitEn?: string | undefined;
  qty1?: string | undefined;
  unit1?: string | undefined;
  qty2?: string | undefined;
  unit2?: string | undefined;
  packQty?: string | undefined;
  packUnit?: string | undefined;
  price?: string | undefined;
  value?: string | undefined;
  fob?: string | undefined;
  netWeight?: string | undefined;
  grossWeight?: string | undefined;
  weightUnit?: string | undefined;
  criterion?: string | undefined;
  importedShare?: string | undefined;
  producer: Party;
  origin: Place;
}

/** A declaration whose goods a certificate is to cover. */
export interface Source {
  declarationId: string;
  order: Order;
  /** Number of the customs declaration or list, once customs gave it. */
  invtNo: string | null;
  /** Lines by their number (gnum) with the quantity to cover. */
  lines: readonly { gnum: string; qty: string }[];
}

export interface ApplicationParts {
  agreement: string;
  status: string;
  day: string;
  sources: readonly Source[];
  /** What the goods master says, by SKU. */
  goods: ReadonlyMap<string, GoodsData>;
  /** Registration of the exporter with customs (海关备案编码), where the registry knows it. */
  customsCode?: string | undefined;
  replaced?: Application['replaced'];
  certificate: Record<string, unknown>;
}

const CHINA = '142';

/** Puts an application together from orders and goods master. Pure; what it cannot know stays open for people to fill in. */
export function applicationOf(parts: ApplicationParts, codes: CodeTables): Application {
  const { sources, certificate, replaced } = parts;
  const [first] = sources;
  const order = first?.order;
  const lines = sources.flatMap((source) =>
    source.lines.flatMap((covered) => lineOf(source, covered, parts, codes) ?? []),
  );
  const sum = (values: readonly (string | undefined)[]) =>
    values.some((v) => v === undefined)
      ? undefined
      : values.reduce((total, v) => total.plus(v ?? '0'), new Dec(0)).toFixed();
  const values = sum(lines.map((l) => l.value));
  const only = sources.length === 1;
  return {
    agreement: parts.agreement,
    status: parts.status,
    day: parts.day,
    regime: order?.regime,
    exporter: { code: order?.seller.code, name: order?.seller.name, customsCode: parts.customsCode },
    applicant: { code: order?.seller.code },
    destination: placeOf(order?.list.country ?? '', codes),
    contractNo: only ? order?.orderNo : undefined,
    entryIds: sources.flatMap((s) => s.invtNo ?? []).join(';') || undefined,
    invoice: {
      no: only ? order?.orderNo : undefined,
      currency: codes.get('currency').values.get(order?.currency ?? '')?.iso,
      value: values,
      fob: values,
    },
    transport: {
      means: means(order?.list.trafMode, codes),
      name: [order?.list.trafName, order?.list.voyageNo].filter(Boolean).join(' / ') || undefined,
      day: order?.list.ieDate,
    },
    ...(replaced ? { replaced } : {}),
    lines: lines.map((line, i) => ({ ...line, no: String(i + 1) })),
    certificate,
  };
}

function lineOf(
  { declarationId, order, lines: covered }: Source,
  { gnum, qty }: { gnum: string; qty: string },
  { goods, agreement }: ApplicationParts,
  codes: CodeTables,
): ApplicationLine | undefined {
  const line = order.lines.find((l, i) => (l.gnum ?? String(i + 1)) === gnum);
  if (!line) return undefined;
  const item: GoodsData['values'] = goods.get(line.itemNo ?? '')?.values ?? {};
  const share = (whole: string | undefined, places: number) =>
    whole !== undefined && line.qty !== undefined && isPlainDecimal(whole) && isPlainDecimal(line.qty)
      ? new Dec(whole).times(qty).div(line.qty).toDecimalPlaces(places).toFixed()
      : undefined;
  const each = (weight: string | undefined) =>
    weight !== undefined && isPlainDecimal(weight) ? new Dec(weight).times(qty).toFixed() : undefined;
  // Packs and weights of the whole are those of the line where the order has no other.
  const alone = order.lines.length === 1 && covered.length === 1 && qty === line.qty;
  const net = each(item.netWeight) ?? (alone ? order.list.netWeight : undefined);
  const gross = each(item.grossWeight) ?? (alone ? order.list.grossWeight : undefined);
  const value = share(line.totalPrice, 2);
  const nameEn = line.declGoodsEname ?? item.nameEn;
  return {
    no: '',
    declarationId,
    orderNo: order.orderNo ?? '',
    gnum,
    hs: line.gcode,
    name: line.gname,
    nameEn,
    description: nameEn,
    qty,
    unit: codes.get('unit').values.get(line.unit ?? '')?.zh,
    unitEn: english('unit', line.unit, codes),
    qty1: share(line.qty1, 5),
    unit1: english('unit', line.unit1, codes),
    qty2: share(line.qty2, 5),
    unit2: english('unit', line.unit2, codes),
    packQty: alone ? order.list.packNo : undefined,
    packUnit: english('wrapType', order.list.wrapType, codes),
    price: line.price,
    value,
    fob: value,
    netWeight: net,
    grossWeight: gross,
    weightUnit: (net ?? gross) ? 'KGS' : undefined,
    criterion: criterionOf(item.originCriteria, agreement),
    importedShare: item.importedShare,
    producer: producerOf(order, item, line.mnufctrRegName),
    origin: placeOf(line.originCountry ?? item.originCountry ?? CHINA, codes),
  };
}

const means = (trafMode: string | undefined, codes: CodeTables): string | undefined => {
  const mode = english('trafMode', trafMode, codes);
  return mode && `BY ${mode}`;
};

/** The English word of a code in capitals, as certificates have it. */
const english = (table: string, code: string | undefined, codes: CodeTables): string | undefined =>
  codes
    .get(table)
    .values.get(code ?? '')
    ?.en?.replace(/\s*[(（].*$/, '')
    .toUpperCase();

function placeOf(code: string, codes: CodeTables): Place {
  const found = codes.get('country').values.get(code);
  return { code, iso3: found?.iso3, name: found?.zh, nameEn: found?.en?.toUpperCase() };
}

/** `RC=PE;E=WO` of the goods master: the criterion for a type; one without a type is for every type. */
function criterionOf(text: string | undefined, type: string): string | undefined {
  const entries = (text ?? '')
    .split(/[;；,，]/)
    .filter((entry) => entry.trim() !== '')
    .map((entry) => entry.split(/[=＝:：]/).map((t) => t.trim()));
  return (
    entries.find(([of, criterion]) => of === type && criterion)?.[1] ??
    entries.find((e) => e.length === 1)?.[0]
  );
}

/** 组织机构代码, nine characters: as it is, or the part of 统一社会信用代码 that holds it. */
export function orgCodeOf(code: string | undefined): string | undefined {
  if (code === undefined) return undefined;
  if (/^[0-9A-Z]{9}$/.test(code)) return code;
  return /^[0-9A-Z]{18}$/.test(code) ? code.slice(8, 17) : undefined;
}

/** Who made the goods: by the goods master, else the 生产销售单位 of the order. */
function producerOf(order: Order, item: GoodsData['values'], registered: string | undefined): Party {
  const code = orgCodeOf(item.producerCode) ?? orgCodeOf(order.producer.code);
  const own = item.producerCode === undefined || orgCodeOf(order.producer.code) === code;
  return { code, name: item.mnufctrRegName ?? registered ?? (own ? order.producer.name : undefined) };
}
