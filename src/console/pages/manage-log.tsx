import { api } from '../api/calls.js';
import type { AccountLogEntry } from '../api/types.js';
import { timeText } from '../parts/format.js';
import { ManageList } from '../parts/manage-list.js';
import { useTexts } from '../texts/index.js';

/** Who did what to accounts, keys, certificates and tables. */
export function LogTab() {
  const { t } = useTexts();
  return (
    <ManageList<AccountLogEntry>
      what="log"
      help={t('manage.logHelp')}
      load={(signal) => api.accountLog(signal)}
      rowKey={(one) => one.id}
      columns={[
        {
          title: t('manage.at'),
          key: 'at',
          width: 180,
          className: 'num',
          render: (_, one) => timeText(one.at),
        },
        { title: t('manage.actor'), key: 'actor', width: 180, render: (_, one) => one.actor },
        { title: t('manage.did'), key: 'action', width: 200, render: (_, one) => t(`log.${one.action}`) },
        { title: t('manage.subject'), key: 'subject', render: (_, one) => one.subject },
      ]}
    />
  );
}
