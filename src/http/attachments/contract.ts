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

/** Both must be given; that is said after it is known whose declaration it is. */
export const newAttachmentQuery = z.object({
  kind: z.string().max(8).default('').describe('随附单据类别代码, eight digits, for example 00000001'),
  fileName: z.string().trim().max(200).default(''),
});
