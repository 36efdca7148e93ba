import { ReloadOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { api } from '../api/calls.js';
import { useRefresh } from '../api/queries.js';
import type { PartyKey } from '../api/types.js';
import { Copyable } from '../parts/copy.js';
import { dateText } from '../parts/format.js';
import { ManageList } from '../parts/manage-list.js';
import { useFailure } from '../parts/problem.js';
import type { Look } from '../parts/states.js';
import { StateTag } from '../parts/status.js';
import { useTexts } from '../texts/index.js';

const SOON_MS = 30 * 86_400_000;

/** Valid, soon to expire, expired, not yet valid: what a person must know before customs refuses a signature. */
function validityOf(key: PartyKey, now: number): Look {
  if (Date.parse(key.notAfter) < now) return { tone: 'bad', text: { zh: '已过期', en: 'Expired' } };
  if (Date.parse(key.notBefore) > now) return { tone: 'wait', text: { zh: '未生效', en: 'Not yet valid' } };
  if (Date.parse(key.notAfter) - now < SOON_MS)
    return { tone: 'wait', text: { zh: '即将到期', en: 'Expires soon' } };
  return { tone: 'good', text: { zh: '有效', en: 'Valid' } };
}

/** Reads the key folder again, after keys were added or renewed. */
function Reload() {
  const { t } = useTexts();
  const { message } = App.useApp();
  const refresh = useRefresh();
  const fail = useFailure();
  const reload = useMutation({
    mutationFn: api.reloadKeys,
    onSuccess: ({ keys, released }) => {
      void message.success(t('manage.reloaded', { keys: keys.length, released }));
      return refresh('manage', 'declarations');
    },
    onError: fail,
  });
  return (
    <Button icon={<ReloadOutlined />} loading={reload.isPending} onClick={() => reload.mutate()}>
      {t('manage.reload')}
    </Button>
  );
}

export function SigningKeysTab() {
  const { t } = useTexts();
  return (
    <ManageList<PartyKey>
      what="signing-keys"
      tools={<Reload />}
      help={t('manage.signingKeysHelp')}
      load={(signal) => api.signingKeys(signal)}
      rowKey={(one) => `${one.enterprise}/${one.keyName}`}
      columns={[
        {
          title: t('field.enterpriseCode'),
          key: 'enterprise',
          width: 220,
          className: 'mono',
          render: (_, one) => one.enterprise,
        },
        {
          title: t('field.subject'),
          key: 'subject',
          render: (_, one) => (
            <>
              {one.subject}
              {one.test && <span className="test-key">{t('signature.test')}</span>}
            </>
          ),
        },
        { title: t('field.suite'), key: 'suite', width: 110, render: (_, one) => one.suite.toUpperCase() },
        {
          title: t('field.keyName'),
          key: 'keyName',
          width: 240,
          render: (_, one) => <Copyable value={one.keyName} what={t('field.keyName')} />,
        },
        {
          title: t('field.validity'),
          key: 'validity',
          width: 290,
          render: (_, one) => (
            <>
              <span className="num">
                {dateText(one.notBefore)} – {dateText(one.notAfter)}
              </span>{' '}
              <StateTag look={validityOf(one, Date.now())} />
            </>
          ),
        },
      ]}
    />
  );
}
