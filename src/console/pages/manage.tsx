import { Tabs } from 'antd';
import { useNavigate, useParams } from 'react-router-dom';
import { PageHead, Panel } from '../parts/page.js';
import { NotFoundPage } from './not-found.js';
import { useTexts } from '../texts/index.js';
import { ApiKeysTab } from './manage-api-keys.js';
import { EnterprisesTab } from './manage-enterprises.js';
import { LogTab } from './manage-log.js';
import { MandatesTab } from './manage-mandates.js';
import { PartyCertificatesTab } from './manage-party-certificates.js';
import { PortTab } from './manage-port.js';
import { RatesTab } from './manage-rates.js';
import { SigningKeysTab } from './manage-signing-keys.js';
import { UsersTab } from './manage-users.js';

const TABS = [
  ['port', PortTab],
  ['enterprises', EnterprisesTab],
  ['users', UsersTab],
  ['api-keys', ApiKeysTab],
  ['mandates', MandatesTab],
  ['signing-keys', SigningKeysTab],
  ['party-certificates', PartyCertificatesTab],
  ['rates', RatesTab],
  ['log', LogTab],
] as const;

/** For the person who runs the gateway. */
export default function ManagePage() {
  const { t } = useTexts();
  const { tab = 'port' } = useParams();
  const navigate = useNavigate();
  const known = TABS.find(([key]) => key === tab);
  if (!known) return <NotFoundPage />;
  return (
    <>
      <PageHead title={t('manage.title')} sub={t('manage.sub')} part={t(`manage.${known[0]}`)} />
      <Panel flush>
        <Tabs
          className="panel-tabs"
          activeKey={tab}
          onChange={(key) => void navigate(`/manage/${key}`)}
          destroyOnHidden
          items={TABS.map(([key, Tab]) => ({ key, label: t(`manage.${key}`), children: <Tab /> }))}
        />
      </Panel>
    </>
  );
}
