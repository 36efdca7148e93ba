/** The full-width forms are normalised by some spreadsheets. */
const formulaStart = /^[=+\-@＝＋－＠\t\r\n]/;
const plainNumber = /^[+-]?\d[\d,]*(\.\d+)?$/;

/**
 * A text as it may stand in a CSV that people open in a spreadsheet: what a spreadsheet would run as a formula gets a
 * leading `'` (OWASP, CSV injection). Numbers stay as they are, negative ones too.
 */
export const escapeFormula = (text: string): string =>
  formulaStart.test(text) && !plainNumber.test(text) ? `'${text}` : text;

/** What ERP exports write so that a spreadsheet leaves a long number alone: `="26091122"`. */
const keptAsText = /^="([^"]*)"$/;
/** A `'` before a number is the spreadsheet's own mark of a text. */
const markedAsText = /^'(?=\S*\d)[\w.,/:-]+( \d[\d:.]*)?$/;

/** Takes off what `escapeFormula`, a spreadsheet or an export put around a text to keep it a text. */
export function unescapeFormula(text: string): string {
  const kept = keptAsText.exec(text)?.[1];
  if (kept !== undefined) return kept;
  if (markedAsText.test(text)) return text.slice(1);
  return text.startsWith("'") && formulaStart.test(text.slice(1)) ? text.slice(1) : text;
}
