import { useState } from 'react';
import { DownloadOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { App, Button, Input } from 'antd';
import attachment from '../../../mappings/coofile-2022/messages/File.json';
import { api } from '../api/calls.js';
import { withQuery } from '../api/client.js';
import { useRefresh } from '../api/queries.js';
import { mayAct, useMe } from '../api/session.js';
import type { Certificate } from '../api/types.js';
import { sendFile } from '../api/upload.js';
import { AskFirst } from '../parts/ask-first.js';
import { ActionButton } from '../parts/action-button.js';
import { Hash } from '../parts/hash.js';
import { FileButton } from '../parts/file-button.js';
import { sizeText, timeText } from '../parts/format.js';
import { NoteModal } from '../parts/note-modal.js';
import { Panel } from '../parts/page.js';
import { ProblemView, useFailure } from '../parts/problem.js';
import { DeliveryTag } from '../parts/status.js';
import { useTexts, type Texts } from '../texts/index.js';

type Attachment = Certificate['attachments'][number];

const NOTHING = { fileType: '', docType: '', isDelay: '' };

/** The codes of an attachment, with the elements of its message that carry them. */
const CODES = { fileType: 'FileType', docType: 'DocType', isDelay: 'IsDelay' } as const;
const codeNames = Object.keys(CODES) as (keyof typeof CODES)[];

/** What the message calls a code of the attachment; one whose table nobody has seen is said to be a code. */
function codeLabel(name: keyof typeof CODES, { t, text }: Texts): string {
  const field = attachment.root[0]?.fields.find((one) => one.name === CODES[name]);
  const label = field ? text(field) : CODES[name];
  return field && 'coded' in field ? t('certificates.codeOf', { name: label }) : label;
}

/** The files that go to the issuing authority with an application (附件): where each stands, brought, replaced, sent again. */
export function CertificateAttachments({ one }: { one: Certificate }) {
  const texts = useTexts();
  const { t } = texts;
  const me = useMe();
  const refresh = useRefresh();
  const [said, setSaid] = useState(NOTHING);
  const add = useMutation({
    mutationFn: ({ file, replaces }: { file: File; replaces?: Attachment }) => {
      const { fileType, docType, isDelay } = replaces ?? said;
      const named = Object.entries({ fileType, docType, isDelay }).filter(([, text]) => text.trim() !== '');
      return sendFile<Certificate>(
        withQuery(`/v1/certificates/${one.id}/attachments`, {
          fileName: file.name,
          ...Object.fromEntries(named),
          ...(replaces ? { replaces: replaces.id } : {}),
        }),
        file,
      );
    },
    onSuccess: () => {
      setSaid(NOTHING);
      return refresh('declarations');
    },
  });
  const acts = mayAct(me.role);
  return (
    <Panel title={t('certificates.attachments')}>
      {acts && one.attachable && (
        <>
          <div className="attachment-add no-print">
            {codeNames.map((name) => (
              <Input
                key={name}
                className="attachment-code"
                aria-label={codeLabel(name, texts)}
                placeholder={codeLabel(name, texts)}
                maxLength={60}
                value={said[name]}
                onChange={(event) => setSaid({ ...said, [name]: event.target.value })}
              />
            ))}
            <FileButton
              label={t('certificates.attach')}
              accept=".pdf,.jpg,.jpeg,.png"
              busy={add.isPending}
              onFile={(file) => add.mutate({ file })}
            />
          </div>
          <p className="quiet small no-print">{t('certificates.attachHelp')}</p>
        </>
      )}
      {add.isError && <ProblemView error={add.error} />}
      {one.attachments.length === 0 && <p className="quiet small">{t('certificates.attachNone')}</p>}
      <ul className="plain-list attachments">
        {one.attachments.map((file) => (
          <li key={file.id}>
            <AttachmentLine
              file={file}
              acts={acts}
              busy={add.isPending}
              onReplace={(bytes) => add.mutate({ file: bytes, replaces: file })}
            />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

interface LineProps {
  file: Attachment;
  acts: boolean;
  busy: boolean;
  onReplace: (file: File) => void;
}

function AttachmentLine({ file, acts, busy, onReplace }: LineProps) {
  const texts = useTexts();
  const { t, text } = texts;
  const { message } = App.useApp();
  const refresh = useRefresh();
  const fail = useFailure();
  const [asks, setAsks] = useState(false);
  const { document } = file;
  const answer = (action: Attachment['actions'][number]['action']) =>
    file.actions.find((a) => a.action === action);
  const resend = useMutation({
    mutationFn: (reason: string) => api.resendAttachment(file.id, reason),
    onSuccess: () => {
      void message.success(t('certificates.attachResend'));
      setAsks(false);
      return refresh('declarations');
    },
    onError: fail,
  });
  const remove = useMutation({
    mutationFn: () => api.removeAttachment(file.id),
    onSuccess: () => refresh('declarations'),
    onError: fail,
  });
  const codes = codeNames.filter((name) => file[name] !== '');
  return (
    <>
      <a href={`/v1/attachments/${file.id}/file`} download={file.fileName}>
        <DownloadOutlined /> {file.fileName}
      </a>{' '}
      <DeliveryTag value={document.delivery} />{' '}
      {document.status ? (
        <b className={document.verdict === 'failed' ? 'bad' : undefined}>{text(document.status.text)}</b>
      ) : (
        document.waitingFor && <span className="quiet small">{t('certificates.attachWaits')}</span>
      )}
      {file.said && document.verdict !== 'accepted' && <span>：{file.said}</span>}
      <div className="quiet small">
        {file.name !== file.fileName && `${t('certificates.attachName', { name: file.name })} · `}
        {codes.map((name) => `${codeLabel(name, texts)} ${file[name]} · `)}
        {sizeText(file.size)} · {file.createdBy} · {timeText(file.createdAt)}
      </div>
      <div className="event-bytes quiet small">
        <Hash sha256={file.sha256} />
      </div>
      {acts && (
        <div className="attachment-acts no-print">
          {answer('replace')?.allowed ? (
            <FileButton
              label={t('certificates.attachReplace')}
              accept=".pdf,.jpg,.jpeg,.png"
              busy={busy}
              onFile={onReplace}
            />
          ) : (
            <ActionButton answer={answer('replace')}>{t('certificates.attachReplace')}</ActionButton>
          )}
          <ActionButton answer={answer('resend')} onClick={() => setAsks(true)}>
            {t('certificates.attachResend')}
          </ActionButton>
          {answer('remove')?.allowed ? (
            <AskFirst
              title={t('attachments.removeAsk', { name: file.fileName })}
              okText={t('attachments.remove')}
              cancelText={t('action.cancel')}
              onConfirm={() => remove.mutate()}
            >
              <Button>{t('attachments.remove')}</Button>
            </AskFirst>
          ) : (
            <ActionButton answer={answer('remove')}>{t('attachments.remove')}</ActionButton>
          )}
        </div>
      )}
      <NoteModal
        open={asks}
        title={t('certificates.attachResend')}
        help={t('certificates.attachResendHelp')}
        confirm={t('certificates.attachResend')}
        busy={resend.isPending}
        onCancel={() => setAsks(false)}
        onSubmit={({ note }) => resend.mutate(note.trim())}
      />
    </>
  );
}
