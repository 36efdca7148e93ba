import { z } from 'zod';
import { textSchema } from '../../terms/text.js';

/** How the table of a file would be read, before it is. */
export const sheetPreviewSchema = z
  .object({
    columns: z.array(
      z.object({
        header: z.string(),
        /** The column of the sheet it is read as; null when it is none. */
        key: z.string().nullable(),
        /** Somebody said that it is not needed. */
        left: z.boolean(),
        samples: z.array(z.string()),
      }),
    ),
    /** Required columns that no header means. */
    missing: z.array(z.string()),
    /** What the columns of the sheet are called. */
    sheet: z.array(z.object({ key: z.string(), text: textSchema, required: z.boolean() })),
  })
  .meta({ id: 'SheetPreview' });
