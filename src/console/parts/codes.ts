import attachmentKinds from '../../../mappings/codes/decAttachment.json';
import certificates from '../../../mappings/codes/ciqCertificate.json';
import applicationKinds from '../../../mappings/codes/ciqDeclCode.json';
import certItemFlags from '../../../mappings/codes/certItemFlag.json';
import certPackTypes from '../../../mappings/codes/certPackType.json';
import certStatuses from '../../../mappings/codes/certStatus.json';
import certTypes from '../../../mappings/codes/certType.json';
import ieFlags from '../../../mappings/codes/ieFlag.json';
import cutModes from '../../../mappings/codes/cutMode.json';
import certApplyTypes from '../../../mappings/codes/certApplyType.json';
import countries from '../../../mappings/codes/country.json';
import currencies from '../../../mappings/codes/currency.json';
import licenceKinds from '../../../mappings/codes/decDocument.json';
import operations from '../../../mappings/codes/decOperType.json';
import dutyModes from '../../../mappings/codes/dutyMode.json';
import ediIds from '../../../mappings/codes/ediId.json';
import edocFormats from '../../../mappings/codes/edocFormat.json';
import entryTypes from '../../../mappings/codes/entryType.json';
import feeMarks from '../../../mappings/codes/feeMark.json';
import customs from '../../../mappings/codes/customs.json';
import statisticsFlags from '../../../mappings/codes/statisticsFlag.json';
import orderTypes from '../../../mappings/codes/orderType.json';
import yesNo from '../../../mappings/codes/yesNo.json';
import regimes from '../../../mappings/codes/regime.json';
import terms from '../../../mappings/codes/transMode.json';
import transits from '../../../mappings/codes/transitType.json';
import transports from '../../../mappings/codes/trafMode.json';
import units from '../../../mappings/codes/unit.json';
import packings from '../../../mappings/codes/wrapTypeDec.json';
import wraps from '../../../mappings/codes/wrapType.json';
import type { Text } from '../api/types.js';

/** Code tables the pages show names from: the same files the gateway checks against. */
interface Value {
  zh: string;
  en?: string | null;
  iso?: string;
}

const TABLES: Record<string, Record<string, Value>> = {
  certApplyType: certApplyTypes.values,
  certStatus: certStatuses.values,
  certType: certTypes.values,
  cutMode: cutModes.values,
  ieFlag: ieFlags.values,
  certItemFlag: certItemFlags.values,
  certPackType: certPackTypes.values,
  country: countries.values,
  decAttachment: attachmentKinds.values,
  currency: currencies.values,
  customs: customs.values,
  statisticsFlag: statisticsFlags.values,
  orderType: orderTypes.values,
  regime: regimes.values,
  trafMode: transports.values,
  unit: units.values,
  wrapType: wraps.values,
  yesNo: yesNo.values,
  ciqCertificate: certificates.values,
  ciqDeclCode: applicationKinds.values,
  decDocument: licenceKinds.values,
  decOperType: operations.values,
  dutyMode: dutyModes.values,
  ediId: ediIds.values,
  edocFormat: edocFormats.values,
  entryType: entryTypes.values,
  feeMark: feeMarks.values,
  transMode: terms.values,
  transitType: transits.values,
  wrapTypeDec: packings.values,
};

/** The name of a code, Chinese where the table has no English; undefined when the table or the code is not here. */
export function codeName(table: string | undefined, code: string | null | undefined): Text | undefined {
  const value = table && code ? TABLES[table]?.[code] : undefined;
  return value && { zh: value.zh, en: value.en || value.iso || value.zh };
}

interface PortValue {
  zh?: string;
  en?: string;
  country?: string;
}

/** Tables too large to come with every page; a page that shows one of their codes fetches them. */
const LARGE: Readonly<Record<string, () => Promise<Record<string, PortValue>>>> = {
  port: async () => (await import('../../../mappings/codes/port.json')).default.values,
};

/** Fetches a large table, so that `codeName` knows it from then on; resolves at once for every other. */
export async function fetchCodes(table: string): Promise<void> {
  const fetchTable = LARGE[table];
  if (!fetchTable || TABLES[table]) return;
  // A port whose name nobody gave stays its code.
  const named = Object.entries(await fetchTable()).flatMap(([code, { zh, en }]) =>
    (zh ?? en) === undefined ? [] : [[code, { zh: zh ?? en ?? code, en: en ?? null }] as const],
  );
  TABLES[table] = Object.fromEntries(named);
}

/** `502` → `USD`; what is already an ISO code stays. */
export const currencyText = (code: string | null | undefined): string =>
  code ? (TABLES['currency']?.[code]?.iso ?? code) : '';

/** Every code of a table with its name, for choices. */
export const codesOf = (table: string): { code: string; text: Text }[] =>
  Object.entries(TABLES[table] ?? {}).map(([code, value]) => ({
    code,
    text: { zh: value.zh, en: value.en || value.zh },
  }));
