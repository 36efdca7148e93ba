import { z } from 'zod';
import { mappingPath } from '../base/root.js';
import { readMappings } from '../base/mappingFile.js';
import { textSchema } from '../terms/text.js';

const day = z.iso.date();

/** `mappings/calendar/*.json`: public holidays of a year, and the weekend days worked in their place. */
const calendarSchema = z.strictObject({
  year: z.string().regex(/^\d{4}$/),
  title: textSchema,
  validFrom: day,
  source: z.string().min(1),
  /** False where nobody of the project has read the source itself. */
  seen: z.boolean(),
  /** First and last day of each holiday. */
  off: z.array(z.tuple([day, day])),
  workdays: z.array(day),
});
export type Calendar = readonly z.output<typeof calendarSchema>[];

/** Reads the calendars of all years. Throws, naming the file, when one has a wrong shape. */
export const loadCalendar = (dir = mappingPath('calendar')): Calendar =>
  readMappings(dir, 'calendar', calendarSchema).map((file) => file.content);

const after = (date: string): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

/** True for a day (`yyyy-MM-dd`) that is worked; of a year without a calendar only the weekends are known. */
export function isWorkday(date: string, calendar: Calendar): boolean {
  const year = calendar.find((entry) => entry.year === date.slice(0, 4));
  if (year?.workdays.includes(date)) return true;
  if (year?.off.some(([from, to]) => from <= date && date <= to)) return false;
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return weekday !== 0 && weekday !== 6;
}

/** The day itself, or the first workday after it: what is due on a holiday is due after it (公告2018年第194号). */
export function workdayFrom(date: string, calendar: Calendar): string {
  let at = date;
  for (let n = 0; n < 31 && !isWorkday(at, calendar); n++) at = after(at);
  return at;
}
