import { Tabs } from 'antd';
import { mayAct, useMe } from '../api/session.js';
import type { MovementsTaken } from '../api/types.js';
import { withQuery } from '../api/client.js';
import { PageHead, Panel } from '../parts/page.js';
import { useSellerChoice } from '../parts/seller-select.js';
import { useSheetImport } from '../parts/sheet-import.js';
import { useTexts } from '../texts/index.js';
import { MovementsTable, StockTable } from './stock-tables.js';

/** Stock of every overseas warehouse one may see, its entries, and the import of sales, returns, losses and transfers. */
export default function StockPage() {
  const { t } = useTexts();
  const me = useMe();
  const { seller, select } = useSellerChoice();
  const sheet = useSheetImport<MovementsTaken>({
    sheet: 'movements',
    path: withQuery('/v1/warehouses/movements/import', { seller }),
    label: t('stock.import'),
    refresh: ['warehouses'],
    summary: ({ taken, again }) => t('stock.taken', { taken, again }),
  });
  return (
    <>
      <PageHead
        title={t('stock.title')}
        sub={t('stock.sub')}
        actions={
          mayAct(me.role) && (
            <>
              {select}
              {sheet.button}
            </>
          )
        }
      />
      {sheet.result}
      <Panel>
        <Tabs
          destroyOnHidden
          items={[
            { key: 'stock', label: t('warehouse.tab.stock'), children: <StockTable /> },
            { key: 'movements', label: t('warehouse.tab.movements'), children: <MovementsTable /> },
          ]}
        />
      </Panel>
    </>
  );
}
