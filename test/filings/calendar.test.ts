import { expect, test } from '@jest/globals';
import { isWorkday, loadCalendar, workdayFrom } from '../../src/filings/calendar.js';

const calendar = loadCalendar();

test.each([
  ['a workday stays', '2026-12-15', '2026-12-15'],
  ['a Sunday moves to Monday', '2026-11-15', '2026-11-16'],
  ['a day within the Spring Festival moves behind it', '2026-02-15', '2026-02-24'],
  ['a year whose holidays are not known yet moves over weekends only', '2031-02-15', '2031-02-17'],
])('%s', (_what, day, due) => {
  expect(workdayFrom(day, calendar)).toBe(due);
});

test('a weekend day that is worked for a holiday is a workday', () => {
  expect(isWorkday('2026-02-14', calendar)).toBe(true);
  expect(isWorkday('2026-02-21', calendar)).toBe(false);
});
