import { useRef, useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { useRefresh } from '../api/queries.js';
import { choosesSeller, useMe } from '../api/session.js';
import { isUploadable, uploadFile } from '../api/upload.js';
import { PageHead, Panel } from '../parts/page.js';
import { SellerSelect } from '../parts/seller-select.js';
import { useTexts } from '../texts/index.js';
import { UploadDrop, type Sending } from './upload-drop.js';
import { TemplateChoice } from './upload-template.js';
import { UploadHistory } from './upload-history.js';

/** Hand over a file of orders; the import then has a page of its own. */
export default function UploadPage() {
  const { t } = useTexts();
  const me = useMe();
  const navigate = useNavigate();
  const refresh = useRefresh();
  const [seller, setSeller] = useState<string | undefined>(
    me.sellers.length === 1 ? me.sellers[0]?.tenantId : undefined,
  );
  const [sending, setSending] = useState<Sending | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [refusal, setRefusal] = useState<'format' | 'empty' | null>(null);
  const stop = useRef<AbortController | null>(null);

  const send = async (file: File) => {
    setError(null);
    setRefusal(null);
    if (!isUploadable(file.name)) return setRefusal('format');
    if (file.size === 0) return setRefusal('empty');
    const controller = new AbortController();
    stop.current = controller;
    setSending({ fileName: file.name, sent: 0, total: file.size });
    try {
      const started = await uploadFile(
        file,
        seller,
        (sent, total) => setSending({ fileName: file.name, sent, total }),
        controller.signal,
      );
      void refresh('imports');
      await navigate(`/upload/${started.id}`);
    } catch (cause) {
      if (!controller.signal.aborted) setError(cause);
    } finally {
      stop.current = null;
      setSending(null);
    }
  };

  return (
    <>
      <PageHead title={t('upload.title')} sub={t('upload.sub')} actions={<TemplateChoice />} />
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
          onFile={(file) => void send(file)}
          onStop={() => stop.current?.abort()}
        />
      </Panel>
      <UploadHistory />
    </>
  );
}
