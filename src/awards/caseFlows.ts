import { Dec, isPlainDecimal } from '../base/decimal.js';
import type { Flow } from './facts.js';

/** Figures of a case file by name: the part before the currency, and what kind of flow it is. */
const NAMES: [pattern: RegExp, flow: Partial<Flow>][] = [
  [/^turnover$/, {}],
  [/^turnoverBefore$/, { registered: false }],
  [/^turnoverAfter$/, { registered: true }],
  [/^(turnoverAttributed|attributedTurnover|statisticsTurnover)$/, { attributed: true }],
  [/^(customsFob|declaredFob|customsDeclared|declaredValue|fob)$/, { basis: 'declared' }],
  [/^departed9810$/, { basis: 'declared', regime: '9810' }],
  [/^soldOverseas$/, { basis: 'sale', regime: '9810', sameGoods: true }],
  [/^platformSalesOfSameGoods$/, { basis: 'sale', sameGoods: true }],
  [/^(platform(Paid|Orders|PaidOrders|Gross|Gmv|Sales|Turnover)|paidOrders|gmv)$/, { basis: 'sale' }],
  [/^(settled|settledReceipts|settlement)$/, { basis: 'settled' }],
  [/^(platformRefunds|refunds|refunded)$/, { basis: 'sale', off: 'refunded' }],
  [/^(returns|returned)$/, { off: 'returned' }],
  [/^laterReturns?$/, { off: 'returned', afterCutOff: true }],
  [/^(revoked|revokedBeforeExit|revokedList|cancelled|withdrawn|withdrawnBeforeExit)$/, { off: 'revoked' }],
  [/^(onlineTurnover|platformOnlineTurnover)$/, { of: 'platform' }],
  [/^(thirdParty|thirdPartyTurnover)$/, { of: 'third-party' }],
  [/^(selfOperated|selfOperatedTurnover)$/, { of: 'own-on-platform' }],
  [/^(districtMerchants|districtMerchantsTurnover)$/, { of: 'district-merchants' }],
  [/^(retail|retailTurnover|cbecRetailTurnover|retailExport)$/, { of: 'retail' }],
  [/^(retailImport)$/, { of: 'retail', direction: 'import' }],
];

const AMOUNT =
  /^([a-z][A-Za-z0-9]*?)(Usd|Cny|Eur|Jpy|Gbp|Hkd|Aud|Cad|Krw|Sgd|Rub|Chf|Nzd|Thb|Myr|Vnd|Idr|Php|Brl|Mxn|Inr)(SamePeriod|LaterPeriod|NextPeriod|EarlierPeriod|PriorPeriod|PreviousPeriod)?$/;

/** What a name says: `returnsUsdSamePeriod` → returns, USD, of the same period; undefined when no flow is called so. */
export function flowNamed(
  key: string,
): { currency: string; flow: Partial<Flow>; period: string } | undefined {
  const match = AMOUNT.exec(key);
  if (!match) return undefined;
  const found = NAMES.find(([pattern]) => pattern.test(match[1]!));
  return found && { currency: match[2]!.toUpperCase(), flow: found[1], period: match[3] ?? '' };
}

/** True for a name that ends in a currency: an amount of money, whatever it means. */
export const namesMoney = (key: string): boolean => AMOUNT.test(key);

/** Digits in groups of three, from the first group on: `1,000,000.00`. `1,00` or `1,0000` is no number. */
const GROUPED = /^\d{1,3}(,\d{3})+(\.\d+)?$/;

/**
 * A number of a file: decimal text (thousands may be separated by commas) or a JSON number, 0 or more; undefined when it
 * is neither.
 */
export function numberOf(value: unknown): Dec | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const written = String(value).normalize('NFKC').trim();
  const text = GROUPED.test(written) ? written.replaceAll(',', '') : written;
  if (!isPlainDecimal(text)) return undefined;
  const number = new Dec(text);
  return number.lt(0) ? undefined : number;
}

/** `9610 export`, `1210 import`, `0110(online order)`, `9810 出口`: regime and direction. */
export function modeOf(text: string): { regime: string | null; direction: Flow['direction'] } {
  const regime = /\d{4}/.exec(text)?.[0] ?? (text.trim() === '' ? null : text.trim().toLowerCase());
  return { regime, direction: /import|进口/i.test(text) ? 'import' : 'export' };
}
