import { useMutation } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { api } from '../api/calls.js';
import { useRefresh } from '../api/queries.js';
import { mayAct, useMe } from '../api/session.js';
import type { Declaration } from '../api/types.js';
import { FaultList } from '../parts/faults.js';
import { timeText } from '../parts/format.js';
import { Panel } from '../parts/page.js';
import { useFailure } from '../parts/problem.js';
import { useTexts } from '../texts/index.js';

/** The notices of a declaration, open ones first; nothing waits for them. */
export function DeclarationNotices({ one }: { one: Declaration }) {
  const { t } = useTexts();
  const { message } = App.useApp();
  const fail = useFailure();
  const refresh = useRefresh();
  const acts = mayAct(useMe().role);
  const acknowledge = useMutation({
    mutationFn: () => api.acknowledgeNotices({ declarationId: one.id }),
    async onSuccess({ acknowledged }) {
      void message.success(t('notices.acknowledged', { count: acknowledged }));
      await refresh('declarations');
    },
    onError: fail,
  });
  if (one.notices.length === 0) return null;
  const open = one.notices.filter((notice) => notice.acknowledgedAt === null);
  const done = one.notices.filter((notice) => notice.acknowledgedAt !== null);
  return (
    <Panel
      title={open.length > 0 ? t('notices.title', { open: open.length }) : t('notices.done')}
      extra={
        acts &&
        open.length > 0 && (
          <Button size="small" loading={acknowledge.isPending} onClick={() => acknowledge.mutate()}>
            {t('notices.acknowledge')}
          </Button>
        )
      }
    >
      <p className="quiet">{t('notices.help')}</p>
      <FaultList faults={open.map((notice) => notice.notice)} />
      {done.map((notice) => (
        <div key={notice.id} className="quiet">
          <FaultList faults={[notice.notice]} />
          {t('notices.by', { by: notice.acknowledgedBy ?? '', at: timeText(notice.acknowledgedAt) })}
        </div>
      ))}
    </Panel>
  );
}
