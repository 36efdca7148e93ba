import type { SourceKind } from './rule.js';

/** What a version counts in. `pending`: released (放行) and not yet cleared (结关); `void`: in nothing. */
export const measures = ['counted', 'pending', 'withdrawn', 'returned', 'void'] as const;
export type Measure = (typeof measures)[number];

/** Why a version came. */
export type Cause = 'first' | 'moment' | 'amended' | 'rate' | 'attribution' | 'rule' | 'void';

/** Which line, by which event: the document itself, or the filing that takes it back. */
export interface RecordKey {
  sourceKind: SourceKind;
  sourceId: string;
  line: number;
  eventId: string;
}

/**
 * What one version of a counting record says. Decimals are plain text (amount and qty five places, money two), moments
 * UTC, `month` the Asia/Shanghai month of `countedAt`. Money is empty while the rate table lacks the rate; `rateId`
 * names the rate. Dimensions are codes, empty text where not known.
 */
export interface RecordContent {
  tenantId: string;
  measure: Measure;
  rule: string;
  lead: boolean;
  month: string;
  countedAt: Date;
  declaredAt: Date | null;
  releasedAt: Date | null;
  clearedAt: Date | null;
  inspected: boolean;
  orderRevision: number;
  orderIds: readonly string[];
  orderNos: readonly string[];
  regime: string;
  direction: 'E' | 'I';
  sellerCode: string;
  sellerName: string;
  uscc: string | null;
  platformCode: string;
  platformName: string;
  channel: string;
  shopId: string;
  district: string;
  park: string;
  sourcePlace: string;
  country: string;
  port: string;
  transport: string;
  gcode: string;
  qty: string | null;
  unit: string;
  currency: string;
  amount: string;
  cny: string | null;
  usd: string | null;
  rateId: string | null;
}

export type WantedRecord = RecordKey & RecordContent;
/** A version in force, as it stands in the database. */
export type StandingRecord = WantedRecord & { id: string; version: number };

/** The column of each field of the content. */
export const COLUMNS: Readonly<Record<keyof RecordContent, string>> = {
  tenantId: 'tenant_id',
  measure: 'measure',
  rule: 'rule',
  lead: 'lead',
  month: 'month',
  countedAt: 'counted_at',
  declaredAt: 'declared_at',
  releasedAt: 'released_at',
  clearedAt: 'cleared_at',
  inspected: 'inspected',
  orderRevision: 'order_revision',
  orderIds: 'order_ids',
  orderNos: 'order_nos',
  regime: 'regime',
  direction: 'direction',
  sellerCode: 'seller_code',
  sellerName: 'seller_name',
  uscc: 'uscc',
  platformCode: 'platform_code',
  platformName: 'platform_name',
  channel: 'channel',
  shopId: 'shop_id',
  district: 'district',
  park: 'park',
  sourcePlace: 'source_place',
  country: 'country',
  port: 'port',
  transport: 'transport',
  gcode: 'gcode',
  qty: 'qty',
  unit: 'unit',
  currency: 'currency',
  amount: 'amount',
  cny: 'cny',
  usd: 'usd',
  rateId: 'rate_id',
};

/** SQL that reads records with the names of the fields above; the alias of the table is `r`. */
export const RECORD_FIELDS = [
  'r.id',
  'r.version',
  'r.source_kind as "sourceKind"',
  'r.source_id as "sourceId"',
  'r.line',
  'r.event_id as "eventId"',
  ...Object.entries(COLUMNS).map(([field, column]) => `r.${column} as "${field}"`),
].join(', ');
