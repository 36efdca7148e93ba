import { useRef } from 'react';
import { UploadOutlined } from '@ant-design/icons';
import { Button } from 'antd';

interface FileButtonProps {
  label: string;
  /** Endings, as `.xlsx,.csv`. */
  accept: string;
  onFile: (file: File) => void;
  busy: boolean;
  primary?: boolean;
}

/** A button that asks for a file and hands it on; the same file may be chosen again. */
export function FileButton({ label, accept, onFile, busy, primary = false }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button
        type={primary ? 'primary' : 'default'}
        icon={<UploadOutlined />}
        loading={busy}
        onClick={() => input.current?.click()}
      >
        {label}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={label}
        accept={accept}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          event.target.value = '';
          if (file) onFile(file);
        }}
      />
    </>
  );
}
