import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { AskFirst } from './ask-first.js';
import { useRefresh } from '../api/queries.js';
import { useTexts } from '../texts/index.js';
import { useFailure } from './problem.js';

interface RevokeButtonProps {
  label: string;
  ask: string;
  help: string;
  send: () => Promise<unknown>;
  /** It can be taken back. */
  mild?: boolean;
}

/** Does something to a row that needs no words, after asking. */
export function RevokeButton({ label, ask, help, send, mild = false }: RevokeButtonProps) {
  const { t } = useTexts();
  const refresh = useRefresh();
  const fail = useFailure();
  const revoke = useMutation({ mutationFn: send, onSuccess: () => refresh('manage'), onError: fail });
  return (
    <AskFirst
      title={ask}
      description={help}
      okText={label}
      okButtonProps={{ danger: !mild }}
      cancelText={t('action.back')}
      onConfirm={() => revoke.mutate()}
    >
      <Button size="small" danger={!mild} loading={revoke.isPending}>
        {label}
      </Button>
    </AskFirst>
  );
}
