import { useCallback, useEffect } from 'react';
import { App } from 'antd';
import { useBlocker } from 'react-router-dom';
import { useTexts } from '../texts/index.js';

/**
 * Typed work is never thrown away unasked. While `dirty`, leaving the page, closing the tab and whatever goes through
 * the returned function (Esc, cancel, close of a drawer) ask first.
 */
export function useUnsaved(dirty: boolean): (leave: () => void) => void {
  const { modal } = App.useApp();
  const { t } = useTexts();
  const ask = useCallback(
    (leave: () => void, stay?: () => void) =>
      void modal.confirm({
        title: t('unsaved.title'),
        content: t('unsaved.help'),
        okText: t('unsaved.leave'),
        okButtonProps: { danger: true },
        cancelText: t('unsaved.stay'),
        autoFocusButton: 'cancel',
        onOk: leave,
        onCancel: stay,
      }),
    [modal, t],
  );

  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => dirty && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    if (blocker.state === 'blocked') ask(blocker.proceed, blocker.reset);
  }, [blocker, ask]);

  useEffect(() => {
    if (!dirty) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [dirty]);

  return useCallback((leave) => (dirty ? ask(leave) : leave()), [dirty, ask]);
}
