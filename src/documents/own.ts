import type { Queryable } from '../store/store.js';

/** A document that is written from data of its own, not from an order (后续单证、原产地证书). */
export interface OwnDocument {
  id: string;
  tenantId: string;
  /** Its place among the parts of what it belongs to, from 1. */
  seq: number;
  messageType: string;
  /** Who answers for it. */
  responsible: { role: string; code: string; name: string };
  guid: string;
  appType: string;
  copNo: string;
  /** The number by which its receipts name it. */
  key: string;
  /** What it waits for: the party that answers for it, or the document it names; null when it is ready. */
  waitsFor: 'party' | 'documents' | null;
  revision: number;
  data: object;
  /** One for all its parts and revisions. */
  ownId: string;
  createdBy: string;
  /** Null where its family has one edition only. */
  edition: string | null;
}

/** Stores documents with data of their own; they go on their way with all others. */
export async function storeOwn(tx: Queryable, documents: readonly OwnDocument[]): Promise<void> {
  await tx.query(
    `insert into documents (id, tenant_id, declaration_id, seq, message_type, responsible_role, responsible_code,
       responsible_name, guid, app_type, cop_no, document_key, delivery, waiting_for, revision, filing, filing_id, created_by, edition)
     select o.id, o.tenant_id, null, o.seq, o.message_type, o.role, o.code, o.name, o.guid, o.app_type, o.cop_no, o.document_key,
            case when o.waits_for is null then 'ready' else 'waiting' end, o.waits_for, o.revision, o.filing,
            o.filing_id, o.created_by, o.edition
       from jsonb_to_recordset($1) as o (id uuid, tenant_id uuid, seq smallint, message_type text, role text, code text, name text,
         guid text, app_type text, cop_no text, document_key text, waits_for text, revision smallint, filing jsonb, filing_id uuid,
         created_by text, edition text)`,
    [
      JSON.stringify(
        documents.map((d) => ({
          id: d.id,
          tenant_id: d.tenantId,
          seq: d.seq,
          message_type: d.messageType,
          role: d.responsible.role,
          code: d.responsible.code,
          name: d.responsible.name,
          guid: d.guid,
          app_type: d.appType,
          cop_no: d.copNo,
          document_key: d.key,
          waits_for: d.waitsFor,
          revision: d.revision,
          filing: d.data,
          filing_id: d.ownId,
          created_by: d.createdBy,
          edition: d.edition,
        })),
      ),
    ],
  );
}

/** Takes documents with data of their own out of force; what has not left will not leave. */
export async function takeOutOfForce(tx: Queryable, ids: readonly string[]): Promise<void> {
  await tx.query(
    `update documents set current = false,
            delivery = case when message_id is null then 'waiting' else delivery end,
            waiting_for = case when message_id is null then null else waiting_for end
      where id = any($1)`,
    [ids],
  );
}
