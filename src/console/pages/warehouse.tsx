import { useQuery } from '@tanstack/react-query';
import { Spin, Tabs } from 'antd';
import { useNavigate, useParams } from 'react-router-dom';
import { api } from '../api/calls.js';
import { keys } from '../api/queries.js';
import { PageHead, Panel } from '../parts/page.js';
import { ProblemView } from '../parts/problem.js';
import { WayBack } from '../parts/way-back.js';
import { useTexts } from '../texts/index.js';
import { WarehouseEvidence } from './warehouse-evidence.js';
import { WarehouseFacts } from './warehouse-facts.js';
import { MovementsTable, StockTable } from './stock-tables.js';
import { FiguresView, RebatesView } from './warehouse-figures-view.js';

const TABS = ['facts', 'stock', 'movements', 'evidence', 'figures'] as const;

/** One overseas warehouse: what is registered of it, its stock and entries, its papers, its figures. */
export default function WarehousePage() {
  const { t, text } = useTexts();
  const { id = '', tab = 'facts' } = useParams();
  const go = useNavigate();
  const query = useQuery({
    queryKey: keys.warehouse(id),
    queryFn: ({ signal }) => api.warehouse(id, signal),
  });
  if (query.isPending) return <Spin delay={300} />;
  if (query.isError) return <ProblemView error={query.error} onRetry={() => void query.refetch()} />;
  const one = query.data;
  const shown = {
    facts: <WarehouseFacts one={one} />,
    stock: <StockTable warehouse={id} />,
    movements: <MovementsTable warehouse={id} />,
    evidence: <WarehouseEvidence one={one} />,
    figures: (
      <>
        <FiguresView warehouse={{ id, seller: one.seller.tenantId }} />
        <RebatesView warehouse={id} />
      </>
    ),
  };
  return (
    <>
      <PageHead
        title={one.name}
        part={t(`warehouse.tab.${TABS.find((name) => name === tab) ?? 'facts'}`)}
        sub={
          <>
            <WayBack to="/warehouses">{t('warehouses.back')}</WayBack>
            {text(one.country)} · {one.seller.name}
          </>
        }
      />
      <Panel>
        <Tabs
          activeKey={TABS.find((name) => name === tab) ?? 'facts'}
          onChange={(name) => void go(`/warehouses/${id}/${name}`, { replace: true })}
          destroyOnHidden
          items={TABS.map((name) => ({
            key: name,
            label: t(`warehouse.tab.${name}`),
            children: shown[name],
          }))}
        />
      </Panel>
    </>
  );
}
