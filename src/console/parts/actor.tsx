import { useMe } from '../api/session.js';
import { useTexts } from '../texts/index.js';

/** Who did something: `user:…` and `key:…` are ids of the gateway, anything else is a name already. */
export function Actor({ value }: { value: string }) {
  const me = useMe();
  const { t } = useTexts();
  const [kind = '', id = ''] = value.split(':');
  if (kind === 'user') return <span title={value}>{id === me.user.id ? me.user.name : t('actor.user')}</span>;
  if (kind === 'key') return <span title={value}>{t('actor.key')}</span>;
  return value;
}
