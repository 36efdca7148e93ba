import { useRef, useState } from 'react';
import { InboxOutlined } from '@ant-design/icons';
import { Alert, Button, Progress } from 'antd';
import { UPLOAD_FORMATS } from '../api/upload.js';
import { percentOf, sizeText } from '../parts/format.js';
import { ProblemView } from '../parts/problem.js';
import { useTexts } from '../texts/index.js';

export interface Sending {
  fileName: string;
  sent: number;
  total: number;
}

interface UploadDropProps {
  sending: Sending | null;
  refusal: 'format' | 'empty' | null;
  error: unknown;
  /** Offered when the file may be sent again as it is. */
  onRetry: (() => void) | undefined;
  onFile: (file: File) => void;
  onStop: () => void;
}

/** The place to drop a file or choose one; while bytes travel it shows how many. Its height stays the same. */
export function UploadDrop({ sending, refusal, error, onRetry, onFile, onStop }: UploadDropProps) {
  const { t } = useTexts();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);

  return (
    <>
      <div
        className={`drop ${over ? 'over' : ''}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          const [file] = event.dataTransfer.files;
          if (file && !sending) onFile(file);
        }}
      >
        {sending ? (
          <div className="drop-sending" role="status">
            <b>{sending.fileName}</b>
            <Progress percent={percentOf(sending.sent, sending.total)} />
            <span className="quiet">
              {t('upload.sending', { sent: sizeText(sending.sent), total: sizeText(sending.total) })}
            </span>
            <Button onClick={onStop}>{t('action.cancel')}</Button>
          </div>
        ) : (
          <>
            <InboxOutlined className="drop-icon" aria-hidden="true" />
            <p className="drop-ask">{t('upload.drop')}</p>
            <Button type="primary" onClick={() => input.current?.click()}>
              {t('upload.choose')}
            </Button>
            <p className="quiet">{t('upload.formats')}</p>
          </>
        )}
        <input
          ref={input}
          type="file"
          hidden
          aria-label={t('upload.choose')}
          accept={UPLOAD_FORMATS.join(',')}
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            // Emptied so that the same file, corrected, can be chosen again.
            event.target.value = '';
            if (file) onFile(file);
          }}
        />
      </div>
      {refusal && <Alert type="warning" showIcon role="alert" title={t(`upload.refusal.${refusal}`)} />}
      {error !== null && <ProblemView error={error} onRetry={onRetry} />}
    </>
  );
}
