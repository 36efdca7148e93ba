import { useState, type ReactNode } from 'react';
import { GlobalOutlined, KeyOutlined, LogoutOutlined, MenuOutlined, UserOutlined } from '@ant-design/icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, ConfigProvider, Drawer, Dropdown, Segmented, Tooltip } from 'antd';
import { Link, NavLink, Outlet, useLocation } from 'react-router-dom';
import { api } from '../api/calls.js';
import { useLive, usePolling } from '../api/live.js';
import { keys, setIdentity } from '../api/queries.js';
import { areasOf, useMe } from '../api/session.js';
import { PasswordModal } from './password-modal.js';
import { useTexts } from '../texts/index.js';
import { PageBoundary } from './boundary.js';
import { PageLoading } from './page-loading.js';
import { agoText, decimalText } from './format.js';
import { useFailure } from './problem.js';
import { useScheme } from './scheme.js';
import { roleTexts } from './states.js';

/** Chinese or English; the choice is remembered in this browser. */
export function LanguageSwitch({ dark = false }: { dark?: boolean }) {
  const { language, setLanguage, t } = useTexts();
  return (
    <Button
      type="text"
      className={dark ? 'on-dark' : ''}
      icon={<GlobalOutlined />}
      lang={language === 'zh' ? 'en' : 'zh-CN'}
      aria-label={t('app.switchLanguage')}
      onClick={() => setLanguage(language === 'zh' ? 'en' : 'zh')}
    >
      {language === 'zh' ? 'English' : '中文'}
    </Button>
  );
}

export function Brand() {
  const { t } = useTexts();
  return (
    <span className="brand">
      <img src="/mark.svg" alt="" width={26} height={26} />
      <span>{t('app.name')}</span>
    </span>
  );
}

/** Areas in the header; the pages of the area one is in stand in the row below it. */
function AreaMenu() {
  const me = useMe();
  const { t } = useTexts();
  const areas = areasOf(me.role);
  const here = useSection();
  return (
    <nav className="main-menu" aria-label={t('app.menu')}>
      {areas.map(({ id, sections }) => (
        <Link
          key={id}
          to={`/${sections[0]}`}
          className={sections.some((section) => section === here) ? 'active' : ''}
        >
          {t(`area.${id}`)}
        </Link>
      ))}
    </nav>
  );
}

function PageMenu() {
  const me = useMe();
  const { t } = useTexts();
  const here = useSection();
  const area = areasOf(me.role).find(({ sections }) => sections.some((section) => section === here));
  if (!area || area.sections.length < 2) return null;
  return (
    <nav className="page-menu no-print" aria-label={t(`area.${area.id}`)}>
      {area.sections.map((section) => (
        <NavLink key={section} to={`/${section}`}>
          {t(`nav.${section}`)}
        </NavLink>
      ))}
    </nav>
  );
}

/** Everything in one list, for narrow screens. */
function WholeMenu({ onChoose }: { onChoose: () => void }) {
  const me = useMe();
  const { t } = useTexts();
  return (
    <nav className="main-menu" aria-label={t('app.menu')}>
      {areasOf(me.role).map(({ id, sections }) => (
        <section key={id}>
          {sections.length > 1 && <h2>{t(`area.${id}`)}</h2>}
          {sections.map((section) => (
            <NavLink key={section} to={`/${section}`} onClick={onChoose}>
              {t(`nav.${section}`)}
            </NavLink>
          ))}
        </section>
      ))}
    </nav>
  );
}

/** The first step of the address: the section one is in. */
const useSection = () => useLocation().pathname.split('/')[1] ?? '';

function Identity() {
  const me = useMe();
  const { t, text } = useTexts();
  const client = useQueryClient();
  const { choice, choose } = useScheme();
  const fail = useFailure();
  const signOut = useMutation({
    mutationFn: api.signOut,
    onSuccess: () => setIdentity(client, null),
    onError: fail,
  });
  const [changing, setChanging] = useState(false);
  return (
    <>
      <Dropdown
        trigger={['click']}
        autoFocus
        menu={{
          items: [
            {
              key: 'who',
              type: 'group',
              label: (
                <div className="who">
                  <b>{me.user.name}</b>
                  <span>{me.user.email}</span>
                  <span>
                    {me.tenant.name} · {text(roleTexts[me.role])}
                  </span>
                  {me.tenant.code && <span className="mono">{me.tenant.code}</span>}
                  <span className="quiet">
                    {t('app.version', { version: me.gateway.version })} · {t('app.port')} {me.gateway.port}
                  </span>
                </div>
              ),
            },
            { type: 'divider' },
            {
              key: 'scheme',
              type: 'group',
              label: (
                <Segmented
                  size="small"
                  block
                  aria-label={t('scheme.label')}
                  value={choice}
                  onChange={choose}
                  options={(['auto', 'light', 'dark'] as const).map((one) => ({
                    value: one,
                    label: t(`scheme.${one}`),
                  }))}
                />
              ),
            },
            {
              key: 'password',
              icon: <KeyOutlined />,
              label: t('password.title'),
              onClick: () => setChanging(true),
            },
            {
              key: 'out',
              icon: <LogoutOutlined />,
              label: t('session.signOut'),
              onClick: () => signOut.mutate(),
            },
          ],
        }}
      >
        <Button
          type="text"
          className="on-dark identity"
          icon={<UserOutlined />}
          aria-label={t('app.account')}
        >
          <span className="identity-name">{me.tenant.name}</span>
        </Button>
      </Dropdown>
      {changing && <PasswordModal onClose={() => setChanging(false)} />}
    </>
  );
}

function LiveDot() {
  const live = useLive();
  const { t } = useTexts();
  const label = t(`app.${live}`);
  return (
    <Tooltip title={label}>
      <span className={`live ${live}`} role="status" aria-label={label} />
    </Tooltip>
  );
}

/** How sending stands, for every role: whoever waits for a receipt sees whether the port is the reason. */
function PortMark() {
  const { t, language } = useTexts();
  const polling = usePolling();
  const query = useQuery({
    queryKey: keys.portState,
    queryFn: ({ signal }) => api.portState(signal),
    refetchInterval: polling || 15_000,
  });
  if (!query.data) return null;
  const { state, lastReceiptAt, queued, waitingForKeys } = query.data;
  const keysFail = waitingForKeys > 0;
  const label = keysFail ? t('port.head.keys', { n: waitingForKeys }) : t(`port.head.${state}`);
  const when = lastReceiptAt ? agoText(lastReceiptAt, language) : '—';
  const help = t('port.head.help', { state: label, when, queued: decimalText(queued) });
  return (
    <Tooltip title={help}>
      <span className={`port-mark ${keysFail ? 'down' : state}`} role="status" aria-label={help}>
        <i aria-hidden="true" />
        {label}
      </span>
    </Tooltip>
  );
}

/** The gateway does not answer: says so at once, on every page, and takes away what could only fail. */
function Lost({ children }: { children: ReactNode }) {
  const { t } = useTexts();
  const lost = useLive() === 'lost';
  return (
    <ConfigProvider componentDisabled={lost}>
      {lost && (
        <Alert
          type="error"
          showIcon
          banner
          className="lost"
          title={t('app.lost')}
          description={t('app.lostHelp')}
        />
      )}
      {children}
    </ConfigProvider>
  );
}

/** Header with the menu of the role, and the page below it. */
export function Shell() {
  const me = useMe();
  const { t } = useTexts();
  const { pathname } = useLocation();
  const [open, setOpen] = useState(false);
  return (
    <div className="shell">
      <a className="skip" href="#page">
        {t('app.skip')}
      </a>
      <header className="top no-print">
        <Button
          type="text"
          className="on-dark menu-button"
          icon={<MenuOutlined />}
          aria-label={t('app.menu')}
          onClick={() => setOpen(true)}
        />
        <Brand />
        {me.gateway.test && (
          <Tooltip title={t('app.testHelp')}>
            <span className="test-mark">{t('app.test')}</span>
          </Tooltip>
        )}
        <AreaMenu />
        <div className="top-right">
          <PortMark />
          <LiveDot />
          <LanguageSwitch dark />
          <Identity />
        </div>
      </header>
      <PageMenu />
      <Drawer open={open} onClose={() => setOpen(false)} placement="left" size={260} title={t('app.name')}>
        <WholeMenu onChoose={() => setOpen(false)} />
      </Drawer>
      <PageLoading />
      <main id="page" tabIndex={-1}>
        <Lost>
          <PageBoundary place={pathname}>
            <Outlet />
          </PageBoundary>
        </Lost>
      </main>
    </div>
  );
}
