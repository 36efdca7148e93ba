import { useEffect, useRef, useState } from 'react';
import { Link } from 'react-router-dom';
import { ApiError } from '../api/client.js';
import { useLive } from '../api/live.js';
import { useRefresh } from '../api/queries.js';
import { choosesSeller, useMe } from '../api/session.js';
import { isUploadable, previewFile, uploadFile } from '../api/upload.js';
import type { ImportPreview } from '../api/types.js';
import { useMoveOn } from '../parts/move-on.js';
import { PageHead, Panel } from '../parts/page.js';
import { SellerSelect } from '../parts/seller-select.js';
import { useTexts } from '../texts/index.js';
import { UploadDrop, type Sending } from './upload-drop.js';
import { UploadColumns } from './upload-columns.js';
import { TemplateChoice } from './upload-template.js';
import { UploadHistory } from './upload-history.js';

/** Hand over a file of orders; the import then has a page of its own. */
export default function UploadPage() {
  const { t } = useTexts();
  const me = useMe();
  const moveOn = useMoveOn();
  const refresh = useRefresh();
  const [seller, setSeller] = useState<string | undefined>(
    me.sellers.length === 1 ? me.sellers[0]?.tenantId : undefined,
  );
  const [sending, setSending] = useState<Sending | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [refusal, setRefusal] = useState<'format' | 'empty' | null>(null);
  const stop = useRef<AbortController | null>(null);
  /** A file whose columns a person is asked about. */
  const [asking, setAsking] = useState<{ file: File; preview: ImportPreview } | null>(null);

  /** What was cut off with the connection; it begins again by itself when the gateway is back. */
  const [cutOff, setCutOff] = useState<{ again: () => Promise<void> } | null>(null);
  const live = useLive();
  const away = useRef(false);
  useEffect(() => {
    if (live !== 'open') away.current ||= live !== 'connecting';
    else if (away.current) {
      away.current = false;
      void cutOff?.again();
    }
  }, [live, cutOff]);

  const begin = (file: File) => {
    setError(null);
    setCutOff(null);
    const controller = new AbortController();
    stop.current = controller;
    setSending({ fileName: file.name, sent: 0, total: file.size });
    return controller.signal;
  };
  const failed = (cause: unknown, again: () => Promise<void>) => {
    setError(cause);
    if (cause instanceof ApiError && cause.status === 0) setCutOff({ again });
  };

  /** Looks at a table first; where everything is clear it is imported at once. */
  const look = async (file: File) => {
    setError(null);
    setCutOff(null);
    setRefusal(null);
    setAsking(null);
    if (!isUploadable(file.name)) return setRefusal('format');
    if (file.size === 0) return setRefusal('empty');
    const signal = begin(file);
    try {
      const preview = await previewFile(file, seller, signal);
      if (preview && (preview.questions.length > 0 || preview.faults.some((f) => f.code === 'I07'))) {
        setSending(null);
        return setAsking({ file, preview });
      }
      await send(file);
    } catch (cause) {
      if (!signal.aborted) failed(cause, () => look(file));
      setSending(null);
    }
  };

  const send = async (file: File, profile?: string) => {
    const signal = begin(file);
    try {
      const started = await uploadFile(
        file,
        { seller, profile },
        (sent, total) => setSending({ fileName: file.name, sent, total }),
        signal,
      );
      void refresh('imports');
      await moveOn(`/upload/${started.id}`);
    } catch (cause) {
      if (!signal.aborted) failed(cause, () => send(file, profile));
    } finally {
      stop.current = null;
      setSending(null);
    }
  };

  return (
    <>
      <PageHead
        title={t('upload.title')}
        sub={t('upload.sub')}
        actions={
          <>
            <Link to="/upload/defaults">{t('defaults.title')}</Link>
            <Link to="/upload/goods">{t('goods.title')}</Link>
            <TemplateChoice />
          </>
        }
      />
      <Panel>
        {choosesSeller(me) && (
          <div className="upload-seller">
            <label htmlFor="upload-seller">{t('field.seller')}</label>
            <SellerSelect
              id="upload-seller"
              by="tenantId"
              allowAll
              placeholder={t('upload.severalSellers')}
              value={seller}
              onChange={setSeller}
              width={360}
            />
          </div>
        )}
        <UploadDrop
          sending={sending}
          refusal={refusal}
          error={error}
          onRetry={cutOff ? () => void cutOff.again() : undefined}
          onFile={(file) => void look(file)}
          onStop={() => stop.current?.abort()}
        />
      </Panel>
      {asking && (
        <UploadColumns
          key={asking.file.name}
          fileName={asking.file.name}
          preview={asking.preview}
          seller={seller}
          onImport={(profile) => {
            setAsking(null);
            void send(asking.file, profile);
          }}
          onCancel={() => setAsking(null)}
        />
      )}
      <UploadHistory />
    </>
  );
}
