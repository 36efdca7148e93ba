import { z } from 'zod';
import { dayOf, isDay } from '../../base/clock.js';
import { defineCheck } from '../check.js';
import { headPath, headReader } from '../../orders/paths.js';

const DAY = 86_400_000;
const MINUTE = 60_000;

/** A day (`yyyy-MM-dd`) lies within so many days before and after today, counted in Asia/Shanghai. */
export const dayWithin = defineCheck(
  { path: headPath, daysBack: z.int().min(0), daysAhead: z.int().min(0) },
  ({ path, daysBack, daysAhead }) => {
    const read = headReader(path);
    return (order, { now }, report) => {
      const day = read(order);
      if (day === undefined || !isDay(day)) return;
      const from = dayOf(new Date(now.getTime() - daysBack * DAY));
      const to = dayOf(new Date(now.getTime() + daysAhead * DAY));
      if (day < from || day > to) report(path, { from, to }, day);
    };
  },
);

/** A moment (ISO 8601 UTC) is not later than now, with a few minutes left for clocks that differ. */
export const notInFuture = defineCheck(
  { path: headPath, toleranceMinutes: z.int().min(0) },
  ({ path, toleranceMinutes }) => {
    const read = headReader(path);
    return (order, { now }, report) => {
      const text = read(order);
      if (text === undefined) return;
      const moment = Date.parse(text);
      if (moment > now.getTime() + toleranceMinutes * MINUTE)
        report(path, { toleranceMinutes: String(toleranceMinutes) }, text);
    };
  },
);
