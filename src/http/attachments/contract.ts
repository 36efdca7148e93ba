import { z } from 'zod';

/** A file that goes with a goods declaration (随附单据). */
export const attachmentSchema = z
  .object({
    id: z.string(),
    /** 随附单据类别代码, for example 00000001 (发票). */
    kind: z.string(),
    kindText: z.object({ zh: z.string(), en: z.string() }),
    /** As the message names it. */
    name: z.string(),
    fileName: z.string(),
    size: z.int(),
    sha256: z.string(),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Attachment' });

export const newAttachmentQuery = z.object({
  kind: z
    .string()
    .regex(/^\d{8}$/, { error: '八位类别代码，例如 00000001 / eight digits, for example 00000001' })
    .describe('随附单据类别代码'),
  fileName: z.string().trim().min(1).max(200),
});
