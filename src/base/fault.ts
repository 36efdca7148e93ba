import { z } from 'zod';
import { textSchema, type Text } from '../terms/text.js';

/** `fault`: the law, the specification or customs refuses. `notice`: plausible doubt, shown and counted, never blocking. */
export const severities = ['fault', 'notice'] as const;
export type Severity = (typeof severities)[number];

/**
 * What is wrong with an input, in the one shape that HTTP, CLI, console and the error columns of a spreadsheet share.
 * `path` names the place in the order (`lines[0].qty`) or in the request; `hint` never holds personal data.
 */
export interface Fault {
  severity: Severity;
  /** Stable and unique, for example `F02` or `R101`; see `mappings/faults` and `mappings/rules`. */
  code: string;
  path: string;
  message: Text;
  /** The offending value, shortened; left out for fields marked personal. */
  hint?: string;
  /** What to do about it. */
  fix: Text;
  /** The law, specification or design rule that asks for it. */
  source: string;
  /** Of A20: how many faults of each code are not listed. */
  more?: Readonly<Record<string, number>>;
}

/** The same shape at a boundary: in answers of the API and where faults are read back from the store. */
export const faultSchema = z
  .object({
    /** `notice`: plausible doubt, which never refuses. */
    severity: z.enum(severities).default('fault'),
    code: z.string(),
    path: z.string(),
    message: textSchema,
    hint: z.string().optional(),
    fix: textSchema,
    source: z.string(),
    /** Of A20: how many faults of each code are not listed. */
    more: z.record(z.string(), z.number()).optional(),
  })
  .meta({ id: 'Fault' });

/** Thrown where one request cannot go on; carries every fault found, never only the first. */
export class FaultError extends Error {
  constructor(
    readonly faults: readonly Fault[],
    /** HTTP status the edge answers with. */
    readonly status = 422,
    /** When the same request may be tried again, in seconds (Retry-After of 429 and 503). */
    readonly retryAfterSeconds?: number,
  ) {
    super(faults.map((f) => `${f.code} ${f.path}: ${f.message.en}`).join('; '));
    this.name = 'FaultError';
  }
}

/** Parts what refuses from what is only to be looked at; the order of each is kept. */
export function bySeverity(found: readonly Fault[]): { faults: Fault[]; notices: Fault[] } {
  const notices = found.filter((fault) => fault.severity === 'notice');
  return { faults: found.filter((fault) => fault.severity !== 'notice'), notices };
}
