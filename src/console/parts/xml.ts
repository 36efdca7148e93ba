const INDENT = '  ';

/** Decodes bytes for looking at; what is not UTF-8 shows replacement marks, the download stays exact. */
export const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8').decode(bytes);

const escapeText = (value: string): string =>
  value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

function openTag(element: Element, close: string): string {
  const attributes = [...element.attributes].map(
    (attribute) => ` ${attribute.name}="${escapeText(attribute.value).replace(/"/g, '&quot;')}"`,
  );
  return `<${element.tagName}${attributes.join('')}${close}`;
}

function lines(element: Element, depth: number): string[] {
  const pad = INDENT.repeat(depth);
  const children = [...element.children];
  const content = element.textContent ?? '';
  if (children.length > 0) {
    return [
      pad + openTag(element, '>'),
      ...children.flatMap((child) => lines(child, depth + 1)),
      `${pad}</${element.tagName}>`,
    ];
  }
  if (content === '') return [pad + openTag(element, '/>')];
  return [`${pad}${openTag(element, '>')}${escapeText(content)}</${element.tagName}>`];
}

/**
 * Indents XML for reading. A view only: the bytes are never changed. Null when the text is not well-formed, or carries
 * a DOCTYPE, which no message of customs has and which is not parsed for safety.
 */
export function prettyXml(source: string): string | null {
  if (/<!DOCTYPE/i.test(source)) return null;
  const parsed = new DOMParser().parseFromString(source, 'application/xml');
  if (parsed.getElementsByTagName('parsererror').length > 0) return null;
  return lines(parsed.documentElement, 0).join('\n');
}

/** SHA-256 as lower-case hex where the browser offers it (https or localhost); null elsewhere. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string | null> {
  if (!globalThis.crypto?.subtle) return null;
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
