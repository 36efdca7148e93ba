import { z } from 'zod';

/** Requests of `/v1/certificates` (原产地证书). */
const decimal = z.string().trim().min(1).max(25).describe('Plain decimal in the unit of the declaration');

const sourceSchema = z.strictObject({
  declarationId: z.uuid(),
  lines: z
    .array(z.strictObject({ gnum: z.string().trim().min(1).max(10), qty: decimal }))
    .max(500)
    .optional()
    .describe('Left out, all that is left of it'),
});

const contentSchema = {
  certificate: z
    .record(z.string().max(60), z.unknown())
    .optional()
    .describe('What people fill in, by element name, for example {"CertificateHead": {"InvNo": "…"}}'),
  promise: z.boolean().optional().describe('The exporter promises that what it says is true'),
};

export const certificateRequestSchema = z
  .strictObject({
    type: z
      .string()
      .trim()
      .min(1)
      .max(2)
      .optional()
      .describe('CertType; left out, the first for the destination'),
    sources: z.array(sourceSchema).min(1).max(200),
    ...contentSchema,
    replaces: z
      .strictObject({
        id: z.uuid(),
        status: z.enum(['1', '2']).describe('1 amended, 2 re-issued'),
        reason: z.string().trim().min(1).max(500),
      })
      .optional()
      .describe('The issued certificate it stands in for'),
  })
  .meta({ id: 'CertificateRequest' });

export const certificateContentSchema = z
  .strictObject({ sources: z.array(sourceSchema).min(1).max(200).optional(), ...contentSchema })
  .meta({ id: 'CertificateContent' });

export const certificateReferenceSchema = z.object({ id: z.string() });
export const certificateReasonSchema = z.strictObject({ reason: z.string().trim().min(1).max(500) });

const said = z.string().trim().max(60).optional();
/** What is said of a file; the code tables of FileType, DocType and IsDelay were not published, so nothing is assumed of them. */
export const certificateAttachmentQuery = z.object({
  fileName: z.string().trim().min(1).max(200).describe('As it is named by who brings it'),
  fileType: said.describe('FileType, as the issuing authority asks for it'),
  docType: said.describe('DocType, as the issuing authority asks for it'),
  isDelay: said.describe('IsDelay, as the issuing authority asks for it'),
  replaces: z.uuid().optional().describe('The attachment it takes the place of'),
});
