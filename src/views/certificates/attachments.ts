import type { z } from 'zod';
import { attachmentAnswers, type AttachmentData } from '../../certificates/attachments.js';
import { ATTACHMENT } from '../../messages/families/cooFile.js';
import type { Queryable } from '../../store/store.js';
import { tickOf } from '../../store/ticks.js';
import { documentView, type DocumentRow } from '../declarations/detail.js';
import type { CertificateView } from './queries.js';
import type { certificateAttachmentSchema } from './shapes.js';

type Shown = z.output<typeof certificateAttachmentSchema>;

interface Row {
  attachment: string;
  name: string;
  file_name: string;
  size: number;
  sha256: string;
  brought_by: string | null;
  brought_at: Date;
  removed: boolean;
}
type AttachmentRow = DocumentRow & Row & { filing: AttachmentData; info: string | null };

/** The files of a certificate with where each stands; the documents of all of them, also of those taken away, with their names. */
export async function attachmentsShown(
  db: Queryable,
  certificateId: string,
  { catalogue, view }: Pick<CertificateView, 'catalogue' | 'view'>,
): Promise<{ items: Shown[]; documents: DocumentRow[]; names: ReadonlyMap<string, string> }> {
  const { rows } = await db.query<AttachmentRow>(
    `select d.*, a.id as attachment, a.name, a.file_name, octet_length(a.bytes) as size, encode(a.sha256, 'hex') as sha256,
            actor_name(a.created_by) as brought_by, a.created_at as brought_at, a.removed_at is not null as removed,
            (select r.info from receipts r where r.document_id = d.id and r.return_status = d.status
              order by ${tickOf('r.tick', 'r.received_at')} desc limit 1) as info
       from attachments a join documents d on d.filing_id = a.id
      where a.certificate_id = $1 order by a.created_at, a.id, d.revision`,
    [certificateId],
  );
  const title = catalogue.message(ATTACHMENT)?.title ?? { zh: ATTACHMENT, en: ATTACHMENT };
  const newest = new Map(rows.filter((row) => !row.removed).map((row) => [row.attachment, row]));
  return {
    documents: rows,
    names: new Map(rows.map((row) => [row.id, row.name])),
    items: [...newest.values()].map((row) => {
      const said = row.filing.attachment[ATTACHMENT];
      return {
        id: row.attachment,
        fileName: row.file_name,
        name: row.name,
        size: row.size,
        sha256: row.sha256,
        fileType: said.FileType ?? '',
        docType: said.DocType ?? '',
        isDelay: said.IsDelay ?? '',
        createdBy: row.brought_by ?? '',
        createdAt: row.brought_at.toISOString(),
        document: documentView(row, title, catalogue, view),
        said: row.info || null,
        actions: attachmentAnswers({ ...row, doc_status: row.status }),
      };
    }),
  };
}
