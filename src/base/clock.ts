/** The one source of "now"; tests pass their own. Times are UTC instants. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

const EIGHT_HOURS = 8 * 3_600_000;
const pad = (n: number, width = 2) => String(n).padStart(width, '0');

/** `yyyyMMddHHmmss` in Asia/Shanghai (UTC+8, no summer time since 1991), the form of every CEB `appTime`. */
export function time14(instant: Date): string {
  const t = new Date(instant.getTime() + EIGHT_HOURS);
  return (
    pad(t.getUTCFullYear(), 4) +
    pad(t.getUTCMonth() + 1) +
    pad(t.getUTCDate()) +
    pad(t.getUTCHours()) +
    pad(t.getUTCMinutes()) +
    pad(t.getUTCSeconds())
  );
}

/** `yyyyMMddHHmmssSSS` in Asia/Shanghai, the form of every receipt's `returnTime`. */
export const time17 = (instant: Date): string => time14(instant) + pad(instant.getUTCMilliseconds(), 3);

/** Calendar day `yyyy-MM-dd` in Asia/Shanghai. */
export const dayOf = (instant: Date): string =>
  time14(instant).replace(/^(\d{4})(\d{2})(\d{2}).*/, '$1-$2-$3');

/** `yyyy-MM-dd hh:mm:ss` in Asia/Shanghai, as people read it. */
export const shanghaiText = (instant: Date): string =>
  time14(instant).replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3 $4:$5:$6');

/** Calendar month `yyyy-MM` in Asia/Shanghai. */
export const month7 = (instant: Date): string => time14(instant).replace(/^(\d{4})(\d{2}).*/, '$1-$2');

/**
 * Reads `yyyyMMddHHmmss` with 0–3 more digits (Asia/Shanghai) as an instant; undefined when it names no real moment.
 */
export function readTime(digits: string): Date | undefined {
  const m = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{0,3})$/.exec(digits);
  if (!m) return undefined;
  const [y, mo, d, h, mi, s] = m.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  const ms = Number((m[7] ?? '').padEnd(3, '0'));
  const written = new Date(Date.UTC(y, mo - 1, d, h, mi, s, ms));
  // 30 February and 24:00 roll over to another day instead of failing.
  const isReal =
    mo >= 1 &&
    mo <= 12 &&
    h <= 23 &&
    mi <= 59 &&
    s <= 59 &&
    written.getUTCFullYear() === y &&
    written.getUTCDate() === d;
  return isReal ? new Date(written.getTime() - EIGHT_HOURS) : undefined;
}

/** True for a real day written `yyyy-MM-dd`. */
export const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && readIso(`${text}T00:00:00Z`) !== undefined;

/** Reads an instant of the order model (ISO 8601 UTC, at most milliseconds); undefined when it names no real moment. */
export function readIso(text: string): Date | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z$/.test(text)) return undefined;
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime())) return undefined;
  // 30 February and 24:00 roll over to another day instead of failing.
  return instant.getUTCDate() === Number(text.slice(8, 10)) ? instant : undefined;
}
