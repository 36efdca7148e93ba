import { joinKey } from '../declarations/plan.js';
import type { Catalogue } from '../messages/catalogue.js';
import { keyValues } from '../messages/documentKeys.js';
import { readMessage } from '../messages/reader.js';
import type { Queryable } from '../store/store.js';

/** A signed message as one asker may see it. */
export interface ShownMessage {
  messageType: string;
  guid: string;
  /** Without the documents of others when the asker may not see them all; such an excerpt no longer bears the signature. */
  bytes: Buffer;
}

/**
 * The exact bytes of a message for whoever may see every document in it; for others the message with their own documents
 * only (a party may sign the documents of several sellers in one). Undefined when none of `tenants` has a document in it.
 */
export async function messageBytes(
  db: Queryable,
  tenants: readonly string[],
  id: string,
  catalogue: Catalogue,
): Promise<ShownMessage | undefined> {
  const { rows } = await db.query<{
    bytes: Buffer;
    message_type: string;
    guid: string;
    all_own: boolean;
    own: string[];
  }>(
    `select m.bytes, m.message_type, m.guid, bool_and(d.tenant_id = any($2)) as all_own,
            array_agg(d.document_key) filter (where d.tenant_id = any($2)) as own
       from messages m join documents d on d.message_id = m.id
      where m.id = $1 group by m.id having bool_or(d.tenant_id = any($2))`,
    [id, tenants],
  );
  const row = rows[0];
  if (!row) return undefined;
  const { message_type: messageType, guid, bytes } = row;
  return {
    messageType,
    guid,
    bytes: row.all_own ? bytes : ownPart(bytes, catalogue, messageType, new Set(row.own)),
  };
}

/** The message with those documents only whose key is among `own`. */
function ownPart(bytes: Buffer, catalogue: Catalogue, messageType: string, own: ReadonlySet<string>): Buffer {
  const mapping = catalogue.message(messageType);
  const node = mapping?.root[0]?.node;
  if (!mapping || node === undefined) return Buffer.alloc(0);
  const keys = readMessage(bytes, catalogue).documents.map((d) => joinKey(keyValues(mapping, d)));
  const element = new RegExp(`<((?:[\\w.-]+:)?)${node}(?:\\s[^>]*)?>[^]*?</\\1${node}\\s*>`, 'g');
  let n = 0;
  const kept = bytes.toString('utf8').replace(element, (text) => (own.has(keys[n++] ?? '') ? text : ''));
  return Buffer.from(kept);
}
