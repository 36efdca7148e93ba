import { useMemo, useState } from 'react';
import { DownloadOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Modal, Segmented, Skeleton } from 'antd';
import { requestBytes } from '../api/client.js';
import { keys } from '../api/queries.js';
import type { TimelineEntry } from '../api/types.js';
import { useTexts } from '../texts/index.js';
import { Copyable } from './copy.js';
import { sizeText, timeText } from './format.js';
import { ProblemView } from './problem.js';
import { decode, prettyXml, sha256 } from './xml.js';

export interface BytesOf {
  path: string;
  title: string;
  /** As recorded by the gateway. */
  sha256: string | null;
  fileName: string;
}

/** Opens the bytes of a message in a dialog. */
export function useBytes() {
  const { text } = useTexts();
  const [of, setOf] = useState<BytesOf | null>(null);
  return {
    show: setOf,
    /** For an entry of the timeline of what is called `name`; one that has no bytes opens nothing. */
    showEntry: (entry: TimelineEntry, name: string) => {
      if (!entry.bytes) return;
      const when = timeText(entry.at).replace(/\D/g, '');
      setOf({
        path: entry.bytes,
        title: `${text(entry.title)} · ${name}`,
        sha256: entry.sha256,
        fileName: `${name}-${entry.messageType ?? entry.kind}-${when}.xml`,
      });
    },
    dialog: <BytesModal of={of} onClose={() => setOf(null)} />,
  };
}

/** The exact bytes of a message: indented to read or as they are, to download unchanged, with the hash checked here. */
function BytesModal({ of, onClose }: { of: BytesOf | null; onClose: () => void }) {
  const { t } = useTexts();
  return (
    <Modal
      open={of !== null}
      title={of?.title}
      width={920}
      footer={null}
      onCancel={onClose}
      destroyOnHidden
      className="bytes-modal"
      closable={{ 'aria-label': t('action.close') }}
    >
      {of && <BytesView of={of} />}
    </Modal>
  );
}

function BytesView({ of }: { of: BytesOf }) {
  const { t } = useTexts();
  const [view, setView] = useState<'pretty' | 'raw'>('pretty');
  const query = useQuery({
    queryKey: keys.bytes(of.path),
    queryFn: async ({ signal }) => {
      const bytes = await requestBytes(of.path, signal);
      return { bytes, hash: await sha256(bytes) };
    },
    staleTime: Infinity,
  });
  const raw = useMemo(() => (query.data ? decode(query.data.bytes) : ''), [query.data]);
  const pretty = useMemo(() => (raw ? prettyXml(raw) : null), [raw]);

  if (query.isError) return <ProblemView error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton active paragraph={{ rows: 12 }} />;

  const { bytes, hash } = query.data;
  const expected = of.sha256;
  const download = () => {
    const url = URL.createObjectURL(new Blob([bytes], { type: 'application/xml' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = of.fileName;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  };
  return (
    <div className="bytes">
      <div className="bytes-bar">
        <Segmented
          value={view}
          onChange={setView}
          options={[
            { value: 'pretty', label: t('bytes.pretty') },
            { value: 'raw', label: t('bytes.raw') },
          ]}
        />
        <span className="quiet">{sizeText(bytes.length)}</span>
        <Button icon={<DownloadOutlined />} onClick={download}>
          {t('bytes.download')}
        </Button>
      </div>
      <div className="bytes-hash">
        <span className="quiet">sha256</span> <Copyable value={expected ?? hash} what="sha256" />
        {expected && hash && (
          <span className={hash === expected ? 'good' : 'bad'}>
            {hash === expected ? t('bytes.same') : t('bytes.differs')}
          </span>
        )}
      </div>
      {view === 'pretty' && pretty === null && <p className="quiet">{t('bytes.notXml')}</p>}
      <pre className="code" tabIndex={0} aria-label={of.title}>
        {view === 'pretty' ? (pretty ?? raw) : raw}
      </pre>
    </div>
  );
}
