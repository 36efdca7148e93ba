import { useEffect, useRef, useState, type ReactNode } from 'react';
import { DownloadOutlined, LoadingOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import { requestFile } from '../api/client.js';
import { useTexts } from '../texts/index.js';
import { useFailure } from './problem.js';

/**
 * A file the gateway makes when it is asked for (a print, a workbook). While it is made, `making` is its path and nothing else
 * is begun; leaving the page cancels it. What goes wrong is told in words, and the page stays.
 */
function useMadeFile() {
  const fail = useFailure();
  const [making, setMaking] = useState<string | null>(null);
  const under = useRef<AbortController | null>(null);
  useEffect(() => () => under.current?.abort(), []);
  const make = async (path: string) => {
    if (under.current) return;
    const control = (under.current = new AbortController());
    setMaking(path);
    try {
      const { name, bytes } = await requestFile(path, control.signal);
      const address = URL.createObjectURL(bytes);
      const link = document.createElement('a');
      link.href = address;
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch (error) {
      if (!control.signal.aborted) fail(error);
    } finally {
      under.current = null;
      if (!control.signal.aborted) setMaking(null);
    }
  };
  const cancel = () => {
    under.current?.abort();
    setMaking(null);
  };
  return { making, make, cancel };
}

function Making({ onCancel }: { onCancel: () => void }) {
  const { t } = useTexts();
  return (
    <Button icon={<LoadingOutlined spin />} onClick={onCancel} className="making">
      {t('file.making')}
    </Button>
  );
}

interface MadeFileButtonProps {
  path: string;
  icon?: ReactNode;
  children: ReactNode;
}

/** A button that has a file made; while it is, the same place says so and cancels it. */
export function MadeFileButton({ path, icon = <DownloadOutlined />, children }: MadeFileButtonProps) {
  const { making, make, cancel } = useMadeFile();
  if (making !== null) return <Making onCancel={cancel} />;
  return (
    <Button className="no-print" icon={icon} onClick={() => void make(path)}>
      {children}
    </Button>
  );
}

interface MadeFileMenuProps {
  files: readonly { path: string; label: string }[];
  children: ReactNode;
}

/** The same for a choice of files. */
export function MadeFileMenu({ files, children }: MadeFileMenuProps) {
  const { making, make, cancel } = useMadeFile();
  if (making !== null) return <Making onCancel={cancel} />;
  return (
    <Dropdown
      menu={{
        items: files.map(({ path, label }) => ({ key: path, label })),
        onClick: ({ key }) => void make(key),
      }}
    >
      <Button icon={<DownloadOutlined />}>{children}</Button>
    </Dropdown>
  );
}
