import { PageHead, Panel } from '../parts/page.js';
import { useTexts } from '../texts/index.js';
import { FiguresView, RebatesView } from './warehouse-figures-view.js';

/** Figures of all overseas warehouses one may see, and where the rebates claimed at exit stand. */
export default function WarehouseFiguresPage() {
  const { t } = useTexts();
  return (
    <>
      <PageHead title={t('wfigures.title')} sub={t('wfigures.sub')} />
      <Panel>
        <FiguresView />
      </Panel>
      <RebatesView />
    </>
  );
}
