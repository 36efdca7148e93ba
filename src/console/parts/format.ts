import type { Language } from '../texts/index.js';

const ZONE = 'Asia/Shanghai';
const parts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
// The Swedish locale writes 2026-11-20 14:03:05, the form trade papers use in both languages.
const dateTime = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, ...parts, ...clock });
const dateOnly = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, ...parts });

/** `2026-11-20 14:03:05` in Asia/Shanghai of an ISO instant; a dash when there is none. */
export const timeText = (iso: string | null | undefined): string =>
  iso ? dateTime.format(new Date(iso)) : '—';

/** `2026-11-20` in Asia/Shanghai. */
export const dateText = (iso: string | null | undefined): string =>
  iso ? dateOnly.format(new Date(iso)) : '—';

/** This month as `yyyy-MM` in Asia/Shanghai. */
export const monthNow = (): string => dateOnly.format(new Date()).slice(0, 7);

/** The month before this one as `yyyy-MM` in Asia/Shanghai: the one that is over and can be filed. */
export function monthBefore(): string {
  const [year = 0, month = 0] = monthNow().split('-').map(Number);
  return new Date(Date.UTC(year, month - 2, 1)).toISOString().slice(0, 7);
}

/** Groups the digits of a decimal text without ever making a float of it: `-1234567.80` → `−1,234,567.80`. */
export function decimalText(value: string | number): string {
  const [whole = '', fraction] = String(value).split('.');
  const grouped = whole.replace('-', '−').replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** An amount with at least two decimals, so that amounts stand under each other: `38402` → `38,402.00`. */
export function amountText(value: string): string {
  const [whole = '', fraction = ''] = value.split('.');
  return decimalText(`${whole}.${fraction.padEnd(2, '0')}`);
}

/** Square metres without empty decimals; a dash when there are none. */
export const areaText = (value: string | null): string =>
  value === null ? '—' : decimalText(value.replace(/\.00$/, ''));

/** Bytes in a unit people read: `812 B`, `3.4 MB`. */
export function sizeText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** How long ago in the coarse words of a status line: 3 分钟前 / 3 minutes ago. */
export function agoText(iso: string, language: Language, now = Date.now()): string {
  const seconds = Math.round((Date.parse(iso) - now) / 1000);
  const steps = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ] as const;
  const words = new Intl.RelativeTimeFormat(language === 'zh' ? 'zh-CN' : 'en', { numeric: 'auto' });
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return words.format(Math.trunc(seconds / size), unit);
  }
  return words.format(seconds, 'second');
}

/** Percentage 0–100 of a part, safe for an empty whole. */
export const percentOf = (part: number, whole: number): number =>
  whole <= 0 ? 0 : Math.min(100, Math.floor((part / whole) * 100));

/** A decimal above zero as people type it: digits, one point. */
export const isAmount = (value: string): boolean =>
  /^\d{1,15}(\.\d{1,10})?$/.test(value) && /[1-9]/.test(value);

/** True when decimal text `a` is more than `b`, without ever making a float of either. */
export function isMore(a: string, b: string): boolean {
  const [aWhole = '0', aPart = ''] = a.split('.');
  const [bWhole = '0', bPart = ''] = b.split('.');
  const places = Math.max(aPart.length, bPart.length);
  return BigInt(aWhole + aPart.padEnd(places, '0')) > BigInt(bWhole + bPart.padEnd(places, '0'));
}

/** A span of time in the two largest units that people use: 2 天 3 小时 / 2 d 3 h. */
export function durationText(seconds: number, language: Language): string {
  const names = language === 'zh' ? ['天', '小时', '分', '秒'] : ['d', 'h', 'min', 's'];
  const sizes = [86_400, 3_600, 60, 1];
  let left = seconds;
  const parts = sizes.map((size) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return count;
  });
  const first = Math.max(
    0,
    parts.findIndex((count) => count > 0),
  );
  if (seconds <= 0) return `0 ${names[3]}`;
  return parts
    .slice(first, first + 2)
    .map((count, at) => (count === 0 && at > 0 ? '' : `${count} ${names[first + at]}`))
    .filter(Boolean)
    .join(' ');
}

/** What came as `中文 / English` in the language of the reader. */
export const inLanguage = (both: string | null | undefined, language: Language): string => {
  const [zh = '', en = zh] = (both ?? '').split(' / ');
  return language === 'zh' ? zh : en;
};
