/** The full-width forms are normalised by some spreadsheets. */
const formulaStart = /^[=+\-@＝＋－＠\t\r]/;
const plainNumber = /^[+-]?\d[\d,]*(\.\d+)?$/;

/**
 * A text as it may stand in a CSV that people open in a spreadsheet: what a spreadsheet would run as a formula gets a
 * leading `'` (OWASP, CSV injection). Numbers stay as they are, negative ones too.
 */
export const escapeFormula = (text: string): string =>
  formulaStart.test(text) && !plainNumber.test(text) ? `'${text}` : text;

/** Takes off the `'` that `escapeFormula` (or a spreadsheet) put before a text. */
export const unescapeFormula = (text: string): string =>
  text.startsWith("'") && formulaStart.test(text.slice(1)) ? text.slice(1) : text;
