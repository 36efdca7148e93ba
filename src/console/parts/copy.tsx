import { useEffect, useState } from 'react';
import { CheckOutlined, CopyOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTexts } from '../texts/index.js';

/** The clipboard API exists only on https and localhost; a gateway inside a company often runs on plain http. */
async function copyText(value: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(value);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.value = value;
    field.style.position = 'fixed';
    field.style.opacity = '0';
    document.body.append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    return done;
  }
}

interface CopyProps {
  value: string;
  /** What is copied, for screen readers: 订单编号, sha256 … */
  what: string;
}

export function CopyButton({ value, what }: CopyProps) {
  const { t } = useTexts();
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);

  return (
    <Button
      type="text"
      size="small"
      className="copy no-print"
      aria-label={copied ? t('action.copied') : t('action.copyWhat', { what })}
      title={copied ? t('action.copied') : t('action.copyWhat', { what })}
      icon={copied ? <CheckOutlined className="good" /> : <CopyOutlined />}
      onClick={(event) => {
        event.stopPropagation();
        void copyText(value).then(setCopied);
      }}
    />
  );
}

/** A number people read aloud and paste elsewhere: fixed-width, with its copy button. */
export function Copyable({ value, what }: { value: string | null | undefined; what: string }) {
  if (!value) return <span className="quiet">—</span>;
  return (
    <span className="copyable">
      <span className="mono" title={value}>
        {value}
      </span>
      <CopyButton value={value} what={what} />
    </span>
  );
}
