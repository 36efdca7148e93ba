/** UTF-16 units that XML 1.0 forbids or, the surrogates, allows in pairs only. */
const suspiciousUnits = String.raw`\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff`;
const suspicious = new RegExp(`[${suspiciousUnits}]`);
/** What must be escaped by C14N, and what might not be XML at all: one look at a value decides for both. */
const unusual = new RegExp(`[&<>\\r${suspiciousUnits}]`);
const unusualInAttribute = new RegExp(`[&<"\\t\\n\\r${suspiciousUnits}]`);
/** XML 1.0 §2.2 Char, negated; with the `u` flag a pair of surrogates is one character and a lone one is not XML. */
const forbidden = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

const textEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\r': '&#xD;',
};
const attributeEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

/** The place of the first character XML 1.0 forbids, in UTF-16 units; -1 when there is none. */
export function forbiddenAt(text: string): number {
  return suspicious.test(text) ? text.search(forbidden) : -1;
}

function refuseForbidden(text: string): void {
  const at = forbiddenAt(text);
  if (at >= 0) throw new RangeError(`character ${nameCharacter(text, at)} may not stand in XML 1.0`);
}

/** `U+0007`, a name that can be shown where the character itself cannot. */
export function nameCharacter(text: string, at: number): string {
  return `U+${(text.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Text in canonical form (C14N 20010315 §2.3); throws RangeError for characters that XML 1.0 forbids. */
export function escapeText(text: string): string {
  if (!unusual.test(text)) return text;
  refuseForbidden(text);
  return text.replace(/[&<>\r]/g, (c) => textEscapes[c] ?? c);
}

/** An attribute value in canonical form; throws RangeError for characters that XML 1.0 forbids. */
export function escapeAttribute(text: string): string {
  if (!unusualInAttribute.test(text)) return text;
  refuseForbidden(text);
  return text.replace(/[&<"\t\n\r]/g, (c) => attributeEscapes[c] ?? c);
}
