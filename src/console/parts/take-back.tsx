import { useState, type ReactNode } from 'react';
import { useMutation } from '@tanstack/react-query';
import { useRefresh } from '../api/queries.js';
import { useTexts, type TextKey } from '../texts/index.js';
import { NoteModal } from './note-modal.js';
import { useFailure } from './problem.js';

interface TakeBack {
  /** Asks for the reason before the one of this id is taken back. */
  ask(id: string): void;
  /** That question; stands anywhere on the page. */
  dialog: ReactNode;
}

/** Taking back what should not stand: it asks for its reason, and what is shown of these kinds is read again. */
export function useTakeBack(
  withdraw: (id: string, why: string) => Promise<unknown>,
  kinds: readonly string[],
  title: TextKey = 'warehouse.takeBack',
): TakeBack {
  const { t } = useTexts();
  const fail = useFailure();
  const refresh = useRefresh();
  const [asked, setAsked] = useState<string | null>(null);
  const takeBack = useMutation({
    mutationFn: ({ id, why }: { id: string; why: string }) => withdraw(id, why),
    onSuccess: async () => {
      setAsked(null);
      await refresh(...kinds);
    },
    onError: fail,
  });
  return {
    ask: setAsked,
    dialog: (
      <NoteModal
        open={asked !== null}
        title={t(title)}
        help={t('warehouse.takeBackHelp')}
        confirm={t(title)}
        busy={takeBack.isPending}
        onCancel={() => setAsked(null)}
        onSubmit={({ note }) => asked !== null && takeBack.mutate({ id: asked, why: note })}
      />
    ),
  };
}
