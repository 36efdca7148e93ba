import { time14 } from '../base/clock.js';

/** The calendar day (`yyyy-MM-dd`) of an instant in Asia/Shanghai. */
export const dayOf = (instant: Date): string =>
  time14(instant).replace(/^(\d{4})(\d{2})(\d{2}).*/, '$1-$2-$3');

/** True for a real day written `yyyy-MM-dd`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const midnight = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(text);
}
