import { z } from 'zod';

/** Calendar month in Asia/Shanghai. */
export const monthSchema = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, {
  error: '月份写作 yyyy-MM，例如 2026-11 / a month is yyyy-MM, for example 2026-11',
});
