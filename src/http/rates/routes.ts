import type { Gateway } from '../../gateway.js';
import { noteAccount } from '../../enterprises/accounts.js';
import { importedRates, importRates } from '../../figures/rateImport.js';
import { newRatesSchema, ratesSchema } from '../enterprises/contract.js';
import { route, type AnyRoute } from '../route.js';

const TAG = '企业与权限 / Enterprises';

export function rateRoutes(gateway: Gateway): AnyRoute[] {
  const view = () => {
    const { source, official, months } = gateway.rates;
    const imported = importedRates(gateway.config.dataDir);
    return {
      inForce: { source, official, months },
      imported: imported ? { source: imported.source, months: imported.months } : null,
      waits: imported !== undefined && JSON.stringify(imported.months) !== JSON.stringify(months),
    };
  };
  return [
    route({
      method: 'get',
      path: '/v1/rates',
      tag: TAG,
      summary: {
        zh: '折算统计金额的汇率表，示例数据会注明',
        en: 'The rates figures are converted with; sample data say so',
      },
      right: 'enterprises:manage',
      answer: ratesSchema,
      handle: () => Promise.resolve(view()),
    }),
    route({
      method: 'post',
      path: '/v1/rates',
      tag: TAG,
      summary: {
        zh: '导入正式汇率，重启网关后生效；已折算的记录不变',
        en: 'Import official rates; they take effect at the next start, converted records stay as they are',
      },
      right: 'enterprises:manage',
      body: newRatesSchema,
      budget: { bytes: 1024 * 1024, members: 5_000 },
      answer: ratesSchema,
      async handle({ body, access }) {
        const table = importRates(gateway.config.dataDir, body.source, body.rows);
        await noteAccount(gateway.store, {
          tenantId: access.tenantId,
          userId: null,
          subject: `${body.source}: ${table.months.length}`,
          action: 'rates-imported',
          actor: access.actor,
        });
        return view();
      },
    }),
  ];
}
