import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { systemClock } from '../base/clock.js';
import { FaultError, type Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { newGuid } from '../base/ids.js';
import type { AttachmentData } from '../certificates/attachments.js';
import { kindOfFile } from '../documents/attachments.js';
import type { Journey } from '../journey.js';
import { ATTACHMENT } from '../messages/families/cooFile.js';
import type { WrittenForm } from './buildForms.js';
import { readMarked } from './markedFile.js';

/** An attachment of a certificate in a file: whose it is, the file it carries, and what is said of it. */
const attachmentSchema = z.strictObject({
  attachment: z.strictObject({
    certNo: z.string().min(1),
    certType: z.string().min(1),
    aplRegNo: z.string().min(1),
    ciqRegNo: z.string().min(1),
    /** Path of the file, from the folder of this one. */
    file: z.string().min(1),
    /** As its message names it. */
    fileName: z.string().min(1),
    FileType: z.string().optional(),
    DocType: z.string().optional(),
    IsDelay: z.string().optional(),
  }),
});
export type AttachmentFile = z.output<typeof attachmentSchema>['attachment'];

/** The attachments of a JSON file; undefined when the file holds something else. Throws what is wrong with the shape of one. */
export const readAttachments = (file: string): AttachmentFile[] | undefined =>
  readMarked(file, 'attachment', attachmentSchema)?.map((one) => one.attachment);

/** Writes the message of each attachment, named by its certificate and place. Throws when a file it names cannot be read. */
export function writeAttachments(
  journey: Journey,
  files: readonly AttachmentFile[],
  from: string,
  out: string,
): { written: WrittenForm[]; faulty: { index: number; messageType: string; faults: Fault[] }[] } {
  const now = systemClock.now();
  const written: WrittenForm[] = [];
  const faulty: { index: number; messageType: string; faults: Fault[] }[] = [];
  for (const [index, { file, FileType, DocType, IsDelay, ...named }] of files.entries()) {
    const content = readFileSync(resolve(dirname(from), file));
    const fields = Object.fromEntries(
      Object.entries({ FileType, DocType, IsDelay }).filter(([, text]) => text),
    );
    const data: AttachmentData = { ...named, attachment: { [ATTACHMENT]: fields } };
    const document = { guid: newGuid(), appType: '1', copNo: named.certNo, preNo: null, invtNo: null };
    try {
      if (!kindOfFile(content)) throw new FaultError([makeFault('O26', 'attachment.file')]);
      const bytes = journey.draft(ATTACHMENT, { ...document, order: { ...data }, content }, now);
      const name = `${ATTACHMENT}_${named.certNo}_${index + 1}.xml`;
      writeFileSync(join(out, name), bytes);
      written.push({ file: name, messageType: ATTACHMENT, documents: 1 });
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      faulty.push({ index, messageType: ATTACHMENT, faults: [...error.faults] });
    }
  }
  return { written, faulty };
}
