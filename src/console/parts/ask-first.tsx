import { useEffect, useId, useRef, useState } from 'react';
import { Popconfirm, type PopconfirmProps } from 'antd';

/**
 * Asks beside a button before it acts. The question takes the focus (on the way back, so that Enter twice does nothing),
 * Esc closes it, and the button has the focus again: in the document it stands far from the button.
 */
export function AskFirst(props: PopconfirmProps) {
  const back = useId();
  const opener = useRef<Element>(null);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (!open) return;
    const close = (event: KeyboardEvent) => event.key === 'Escape' && setOpen(false);
    document.addEventListener('keydown', close);
    return () => document.removeEventListener('keydown', close);
  }, [open]);
  const moveFocus = (isOpen: boolean) => {
    const { activeElement } = document;
    if (isOpen) document.getElementById(back)?.focus();
    else if (
      opener.current instanceof HTMLElement &&
      (activeElement === document.body || activeElement?.closest('.ant-popconfirm'))
    )
      opener.current.focus();
  };
  return (
    <Popconfirm
      {...props}
      open={open}
      onOpenChange={(next) => {
        if (next) opener.current = document.activeElement;
        setOpen(next);
      }}
      afterOpenChange={moveFocus}
      cancelButtonProps={{ ...props.cancelButtonProps, id: back }}
    />
  );
}
