import type { ReactNode } from 'react';
import { useTexts } from '../texts/index.js';
import { Brand, LanguageSwitch } from './shell.js';

/** The page before the door: sign in and activation. */
export function Doorway({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useTexts();
  return (
    <div className="doorway">
      <header>
        <Brand />
        <LanguageSwitch dark />
      </header>
      <main>
        <div className="door">
          <h1>{title}</h1>
          {children}
        </div>
        <ul className="door-points">
          <li>
            <b>{t('door.one')}</b>
            {t('door.oneHelp')}
          </li>
          <li>
            <b>{t('door.two')}</b>
            {t('door.twoHelp')}
          </li>
          <li>
            <b>{t('door.three')}</b>
            {t('door.threeHelp')}
          </li>
        </ul>
      </main>
    </div>
  );
}
