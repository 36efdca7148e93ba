import { dayOf } from '../../base/clock.js';
import type { z } from 'zod';
import type { Access } from '../../enterprises/access.js';
import type { Gateway } from '../../gateway.js';
import { warehouseFigures } from '../../views/warehouses/figures.js';
import { warehousePaper } from '../../views/warehouses/paper.js';
import { ownerOf } from '../owner.js';
import { sendPaper, sendPaperSheets, XLSX } from '../paper.js';
import { route, type AnyRoute } from '../route.js';
import { warehouseFiguresQuery } from './contract.js';

/** The figures of overseas warehouses as a printed file and as the same table in Excel. */
export function warehousePrintRoutes(gateway: Gateway): AnyRoute[] {
  const { store, clock, printing } = gateway;
  const query = warehouseFiguresQuery(() => dayOf(clock.now()));
  const paperOf = async ({ seller, ...question }: z.output<typeof query>, access: Access) => {
    const tenants = seller === undefined ? access.tenants : [ownerOf(access, seller)];
    const figures = await warehouseFigures(store, gateway.catalogue.codes, { ...question, tenants });
    return warehousePaper(figures, clock.now());
  };
  const common = {
    method: 'get',
    tag: '海外仓 / Overseas warehouses',
    right: 'warehouses:read',
    query,
  } as const;
  return [
    route({
      ...common,
      path: '/v1/warehouses/figures.pdf',
      summary: { zh: '海外仓数据（PDF）', en: 'Figures of overseas warehouses as PDF' },
      media: 'application/pdf',
      handle: async ({ query: asked, access, res }) =>
        sendPaper(
          { res, access, printing },
          await paperOf(asked, access),
          `warehouses-${asked.from}-${asked.to}`,
        ),
    }),
    route({
      ...common,
      path: '/v1/warehouses/figures.xlsx',
      summary: { zh: '海外仓数据（Excel）', en: 'The same as an Excel file' },
      media: XLSX,
      handle: async ({ query: asked, access, res }) =>
        sendPaperSheets(
          { res, access, printing },
          await paperOf(asked, access),
          `warehouses-${asked.from}-${asked.to}`,
        ),
    }),
  ];
}
