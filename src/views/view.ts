import type { StatusBook } from '../clearance/statuses.js';
import type { CodeTables } from '../messages/codes.js';
import type { Sheet } from '../sheets/sheet.js';
import type { SignatureVerdict, VerifyOptions } from '../signing/verify.js';

export interface View {
  statuses: StatusBook;
  codes: CodeTables;
  /** Its words name kinds and statuses of tax records. */
  taxRecords: Sheet;
  /** What the signature of a stored message says. */
  verify(bytes: Buffer, options: VerifyOptions): Promise<SignatureVerdict>;
}

/** A status in words; `messageType` is the message it answers, left out where the declaration itself is meant. */
export const statusOf = (view: View, status: string | null, messageType?: string) =>
  status === null ? null : { status, text: view.statuses.meaning(status, messageType).text };

/** A code with its words; a code nobody knows stands for itself. */
export function textOf(view: View, table: string, code: string | null) {
  const known = code === null ? undefined : view.codes.get(table).text(code);
  return { code: code ?? '', text: known ?? { zh: code ?? '', en: code ?? '' } };
}

/** `59.80000` → `59.8`, for amounts that PostgreSQL pads. */
export const trimZeros = (numeric: string): string =>
  numeric.includes('.') ? numeric.replace(/\.?0+$/, '') : numeric;
