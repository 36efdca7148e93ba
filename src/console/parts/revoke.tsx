import { useMutation } from '@tanstack/react-query';
import { Button, Popconfirm } from 'antd';
import { useRefresh } from '../api/queries.js';
import { useTexts } from '../texts/index.js';
import { useFailure } from './problem.js';

interface RevokeButtonProps {
  label: string;
  ask: string;
  help: string;
  send: () => Promise<unknown>;
}

/** Ends a key or a mandate for good, after asking. */
export function RevokeButton({ label, ask, help, send }: RevokeButtonProps) {
  const { t } = useTexts();
  const refresh = useRefresh();
  const fail = useFailure();
  const revoke = useMutation({ mutationFn: send, onSuccess: () => refresh('manage'), onError: fail });
  return (
    <Popconfirm
      title={ask}
      description={help}
      okText={label}
      okButtonProps={{ danger: true }}
      cancelText={t('action.back')}
      onConfirm={() => revoke.mutate()}
    >
      <Button size="small" danger loading={revoke.isPending}>
        {label}
      </Button>
    </Popconfirm>
  );
}
