import { z } from 'zod';

/** Who decides about goods side by side: 海关 customs, 检验检疫 inspection. Each keeps its own state; one rule joins them. */
export const trackSchema = z.enum(['customs', 'inspection']);
export type Track = z.output<typeof trackSchema>;
export const tracks = trackSchema.options;
