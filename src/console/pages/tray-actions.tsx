import { useMutation } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { api } from '../api/calls.js';
import { useRefresh } from '../api/queries.js';
import { useFailure } from '../parts/problem.js';
import { useTexts } from '../texts/index.js';

/** Decisions about tray items; a dismissal can be taken back from the notice it gives, and later from the full list. */
export function useTrayActions(onDone: () => void) {
  const { t } = useTexts();
  const { message, notification } = App.useApp();
  const refresh = useRefresh();
  const fail = useFailure();

  const reopen = useMutation({
    mutationFn: api.reopen,
    onSuccess: () => {
      void message.success(t('tray.reopened'));
      return refresh('tray');
    },
    onError: fail,
  });

  const offerUndo = (id: string) => {
    const key = `dismissed-${id}`;
    notification.success({
      key,
      title: t('tray.dismissed'),
      description: t('tray.dismissedHelp'),
      placement: 'bottomRight',
      duration: 10,
      actions: (
        <Button
          size="small"
          onClick={() => {
            notification.destroy(key);
            reopen.mutate(id);
          }}
        >
          {t('action.undo')}
        </Button>
      ),
    });
  };

  const dismiss = useMutation({
    mutationFn: ({ id, note }: { id: string; note: string }) => api.dismiss(id, note),
    onSuccess: (_, { id }) => {
      onDone();
      offerUndo(id);
      return refresh('tray');
    },
    onError: fail,
  });

  const assign = useMutation({
    mutationFn: ({ id, documentId, note }: { id: string; documentId: string; note: string }) =>
      api.assign(id, documentId, note),
    onSuccess: () => {
      onDone();
      void message.success(t('tray.assigned'));
      return refresh('tray', 'declarations');
    },
    onError: fail,
  });

  return { dismiss, assign, reopen };
}
