import { useState } from 'react';
import { DownloadOutlined } from '@ant-design/icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import { api } from '../api/calls.js';
import { withQuery } from '../api/client.js';
import { keys, useRefresh } from '../api/queries.js';
import type { Attachment, Declaration } from '../api/types.js';
import { sendFile } from '../api/upload.js';
import { AskFirst } from '../parts/ask-first.js';
import { codesOf } from '../parts/codes.js';
import { Hash } from '../parts/hash.js';
import { FileButton } from '../parts/file-button.js';
import { sizeText, timeText } from '../parts/format.js';
import { Panel } from '../parts/page.js';
import { ProblemView, useFailure } from '../parts/problem.js';
import { useTexts } from '../texts/index.js';

/** The papers that leave with a goods declaration (随附单据): brought, looked at and taken away until it has left. */
export function DeclarationAttachments({ one }: { one: Declaration }) {
  const { t, text } = useTexts();
  const refresh = useRefresh();
  const fail = useFailure();
  // Keys of an object that look like numbers come first: the order of the codes is made here.
  const kinds = codesOf('decAttachment').sort((a, b) => a.code.localeCompare(b.code));
  const [kind, setKind] = useState(kinds[0]?.code ?? '');
  const query = useQuery({
    queryKey: keys.attachments(one.id),
    queryFn: ({ signal }) => api.attachments(one.id, signal),
  });
  const add = useMutation({
    mutationFn: (file: File) =>
      sendFile<Attachment>(
        withQuery(`/v1/declarations/${one.id}/attachments`, { kind, fileName: file.name }),
        file,
      ),
    onSuccess: () => refresh('declarations'),
  });
  const remove = useMutation({
    mutationFn: (id: string) => api.removeAttachment(id),
    onSuccess: () => refresh('declarations'),
    onError: fail,
  });
  const left = one.documents.some((d) => d.current && d.messageType === 'DecMessage' && d.messageId !== null);
  const items = query.data?.items ?? [];
  return (
    <Panel title={t('attachments.title')}>
      {left ? (
        <p className="quiet small">{t('attachments.left')}</p>
      ) : (
        <div className="attachment-add no-print">
          <Select
            aria-label={t('attachments.kind')}
            value={kind}
            onChange={setKind}
            popupMatchSelectWidth={false}
            options={kinds.map(({ code, text: name }) => ({ value: code, label: text(name) }))}
          />
          <FileButton
            label={t('attachments.add')}
            accept=".pdf"
            busy={add.isPending}
            onFile={(file) => add.mutate(file)}
          />
        </div>
      )}
      {add.isError && <ProblemView error={add.error} />}
      {query.isError && <ProblemView error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && items.length === 0 && !left && (
        <p className="quiet small">{t('attachments.none')}</p>
      )}
      <ul className="plain-list attachments">
        {items.map((paper) => (
          <li key={paper.id}>
            <b>{text(paper.kindText)}</b>{' '}
            <a href={`/v1/attachments/${paper.id}/file`} download={paper.fileName}>
              <DownloadOutlined /> {paper.fileName}
            </a>{' '}
            <span className="quiet small">
              {sizeText(paper.size)} · {paper.createdBy} · {timeText(paper.createdAt)}
            </span>
            <div className="event-bytes quiet small">
              <Hash sha256={paper.sha256} />
              {!left && (
                <AskFirst
                  title={t('attachments.removeAsk', { name: paper.fileName })}
                  okText={t('attachments.remove')}
                  cancelText={t('action.cancel')}
                  onConfirm={() => remove.mutate(paper.id)}
                >
                  <Button type="link" size="small" className="no-print">
                    {t('attachments.remove')}
                  </Button>
                </AskFirst>
              )}
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
