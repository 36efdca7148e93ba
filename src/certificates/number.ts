import { orgCodeOf, type Application } from './application.js';

/** What numbers begin with: type, two digits of the year, organisation code; empty where the exporter has none. */
export function prefixFor({ agreement, day, exporter }: Application): string {
  const org = orgCodeOf(exporter.code);
  return org === undefined ? '' : `${agreement}${day.slice(2, 4)}${org}`;
}

/** The number (CertNo) with a serial of four digits; empty where there is no prefix. */
export const numberFor = (application: Application, serial: string): string => {
  const prefix = prefixFor(application);
  return prefix === '' ? '' : `${prefix}${serial}`;
};
