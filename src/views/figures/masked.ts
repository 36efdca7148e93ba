import type { Queryable } from '../../store/store.js';
import { readRecord } from '../../figures/read.js';

/** Elements that name a person or may hold free text about one; buyers, payers, consignees and consignors as a whole. */
const PERSONAL =
  /^(buyer|payer|consignee|consignor|shipper|receiver|recipient)|(telephone|phone|idNumber|address|email)$|^(note|returnInfo|rtnInfo|remark)$/i;
/** Whole messages packed into one element (wrappings) are longer than any field; these two are long and name nobody. */
const LONG = 600;
const KEPT_LONG: ReadonlySet<string> = new Set(['X509Certificate', 'SignatureValue']);

/**
 * A message as officers may see it: the values of elements that name a person, or may, are replaced by `***`, everything
 * else stands as it was sent, without comments. Undefined for what is no plain XML (CDATA, document types), where that
 * cannot be promised. The masked text no longer fits the signature; the hash beside it is that of the stored bytes.
 */
export function maskedXml(bytes: Buffer): string | undefined {
  const text = bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .replace(/<!--[\s\S]*?-->/g, '');
  if (!text.trimStart().startsWith('<') || text.includes('<!')) return undefined;
  return text.replace(
    /<((?:[\w.-]+:)?([\w.-]+))([^<>]*)>([^<]+)<\/\1\s*>/g,
    (whole, tag: string, name: string, attributes: string, value: string) =>
      value.trim() !== '' && (PERSONAL.test(name) || (value.length > LONG && !KEPT_LONG.has(name)))
        ? `<${tag}${attributes}>***</${tag}>`
        : whole,
  );
}

/**
 * The stored bytes of a message or receipt behind a counting record; undefined when it does not stand behind it. A file of
 * receipts may answer several enterprises at once: who may not see them all may not see it.
 */
export async function bytesBehind(
  db: Queryable,
  tenants: readonly string[],
  id: string,
  of: { kind: 'messages' | 'receipts'; id: string },
): Promise<Buffer | undefined> {
  const record = (await readRecord(db, tenants, id)).find((v) => v.id === id);
  if (!record) return undefined;
  const { rows } = await db.query<{ bytes: Buffer }>(
    of.kind === 'messages'
      ? `select m.bytes from documents d join messages m on m.id = d.message_id
          where m.id = $3 and ((d.declaration_id = $1 and d.filing is null) or d.id = $2) limit 1`
      : `select w.bytes from receipts r join raw_receipts w on w.id = r.raw_id join documents d on d.id = r.document_id
          where w.id = $3 and ((d.declaration_id = $1 and d.filing is null) or d.id = $2)
            and case when w.tenants = '{}' then w.tenant_id = any($4) else w.tenants <@ $4::uuid[] end limit 1`,
    [record.sourceId, record.eventId, of.id, ...(of.kind === 'receipts' ? [tenants] : [])],
  );
  return rows[0]?.bytes;
}
