import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { systemClock } from '../base/clock.js';
import { bySeverity, type Fault } from '../base/fault.js';
import { newGuid } from '../base/ids.js';
import { formFaults } from '../filings/check.js';
import type { FilingContext } from '../filings/context.js';
import { complete, partsOf, unknownKind } from '../filings/create.js';
import { textOf, type FilingData } from '../filings/data.js';
import type { Journey } from '../journey.js';
import type { Signer } from '../signing/signer.js';

/** A filing in a file: the message it becomes and its data, with the field names of the message. */
const filingSchema = z.strictObject({
  messageType: z.string().regex(/^CEB\d{3}Message$/),
  data: z.record(z.string(), z.unknown()),
});
export type FilingFile = z.output<typeof filingSchema>;
const fileSchema = z.union([filingSchema.transform((one) => [one]), z.array(filingSchema).min(1)]);

/** The filings of a JSON file; undefined when the file holds something else (orders). */
export function readFilings(file: string): FilingFile[] | undefined {
  if (!file.endsWith('.json')) return undefined;
  try {
    return fileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The party that answers for a filing, as its data name it. */
export function partyOf(context: FilingContext, { messageType, data }: FilingFile) {
  const fields = context.kinds.get(messageType)?.mapping.filing;
  return { code: fields && textOf(data, fields.code), name: fields && textOf(data, fields.name) };
}

/**
 * Writes the messages of filings, one file for each part, unsigned without a signer. Offline only what their data show is
 * checked; how they fit their lists is checked when they are submitted.
 */
export async function writeFilings(
  journey: Journey,
  filings: readonly FilingFile[],
  out: string,
  signer: Signer | undefined,
): Promise<{
  written: { file: string; messageType: string; documents: number }[];
  faulty: { index: number; faults: Fault[] }[];
}> {
  const context = journey.filingContext();
  const written: { file: string; messageType: string; documents: number }[] = [];
  const faulty: { index: number; faults: Fault[] }[] = [];
  for (const [index, { messageType, data: given }] of filings.entries()) {
    const kind = context.kinds.get(messageType);
    const data: FilingData = kind ? complete(context, kind, given) : {};
    const { faults } = bySeverity(
      kind ? formFaults(context, { kind, data, lists: [] }) : [unknownKind(context, messageType)],
    );
    if (!kind || faults.length > 0) {
      faulty.push({ index, faults });
      continue;
    }
    for (const part of partsOf(kind, data)) {
      const guid = newGuid();
      const document = { guid: newGuid(), appType: '1', copNo: '', preNo: null, invtNo: null, order: part };
      const unsigned = journey.build(messageType, guid, [document], systemClock.now());
      const bytes = signer
        ? await journey.signAndVerify(unsigned, signer)
        : Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${unsigned.head}${unsigned.tail}`);
      const file = `${messageType}_${guid}.xml`;
      writeFileSync(join(out, file), bytes);
      written.push({ file, messageType, documents: 1 });
    }
  }
  return { written, faulty };
}
