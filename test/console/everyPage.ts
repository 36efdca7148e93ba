import { stringify } from 'csv-stringify/sync';
import type { Client } from '../support/client.js';
import { certificateFields, plainOrder } from '../support/declarations.js';
import { oneDraft, submit } from '../support/filings.js';
import { eventually } from '../support/gateway.js';
import { declarationWhere, handIn } from '../support/journey.js';
import { makeUscc } from '../support/uscc.js';

interface Rows {
  items: { id: string }[];
}

const WAREHOUSE = 'Hall North';
const ENTERPRISE = makeUscc(8804);
/** A clearance from before the gateway, of an enterprise that has an award sheet. */
const HISTORY = {
  单证编号: '801320250000000991',
  商品序号: '1',
  事项: '结关',
  日期: '2025-03-10',
  申报日期: '2025-03-09',
  统一社会信用代码: ENTERPRISE,
  企业名称: 'Historic Trading',
  监管方式: '9610',
  进出口标志: '出口',
  最终目的国: '502',
  口岸: '8013',
  运输方式: '5',
  商品编码: '9503002100',
  数量: '1000',
  计量单位: '007',
  币制: 'USD',
  金额: '700000',
};

/**
 * Gives every page of the console something to show (a filing and a batch of drafts, a goods declaration and a certificate
 * that came back, history and a frozen month, the registry, a warehouse, two rounds of awards) and tells the addresses of those
 * routes that name something.
 * @param seller speaks for the seller of the example declarations
 * @param orderNo an order whose list is cleared
 */
export async function fillEveryPage(
  operator: Client,
  seller: Client,
  orderNo: string,
): Promise<Record<string, string[]>> {
  const rows = async (path: string) => (await operator.get<Rows>(path)).items.map(({ id }) => id);
  const [declaration = ''] = await rows(`/v1/declarations?q=${orderNo}`);
  const { order } = await declarationWhere(operator, declaration, (one) => one.verdict === 'cleared');
  const draft = await oneDraft(operator, 'CEB607Message', {
    billNo: order.list.billNo ?? '',
    input: { domesticTrafNo: 'A12345' },
  });
  const filing = await submit(operator, 'CEB607Message', draft.data);
  const month = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7);
  const batch = await operator.post<{ id: string }>('/v1/filing-batches', {
    messageType: 'CEB701Message',
    from: { month },
  });
  const [goodsDeclaration = ''] = await handIn(seller, [plainOrder('EVERY')]);
  const certificate = await returnedCertificate(seller, goodsDeclaration);
  await operator.upload(
    '/v1/figures/history?fileName=history.csv&source=Customs',
    Buffer.from(stringify([HISTORY], { header: true })),
  );
  await operator.post('/v1/figures/snapshots', { name: 'Year', from: '2025-01', to: '2025-12' });
  const fact = { code: ENTERPRISE, validFrom: '2020-01-01', source: 'Register' };
  await operator.post('/v1/registry/facts', { facts: [{ ...fact, kind: '所在区县', subject: '黔江区' }] });
  await seller.post('/v1/warehouses', {
    warehouses: [
      {
        name: WAREHOUSE,
        country: '德国',
        address: 'Hafen 9',
        kind: '公共',
        acquisition: '租赁',
        area: '1000',
        areaFrom: '2026-01-01',
      },
    ],
  });
  const [warehouse = ''] = await rows('/v1/warehouses');
  const rounds: string[] = [];
  for (const title of ['First', 'Second']) {
    const round = { policy: 'qianjiang-2023', year: 2025, title };
    const { id } = await operator.post<{ id: string }>('/v1/awards/rounds', round);
    await operator.post(`/v1/awards/rounds/${id}/compute`, {});
    rounds.push(id);
  }
  const [round = '', other = ''] = rounds;
  const [record = ''] = await rows('/v1/figures/records?limit=1');
  const [upload = ''] = await rows('/v1/imports');
  const tabs = (path: string, names: string) => names.split(' ').map((name) => `${path}/${name}`);
  return {
    '/upload/:id': [`/upload/${upload}`],
    '/declarations/print': [`/declarations/print?ids=${declaration}`],
    '/declarations/:id': [`/declarations/${declaration}`, `/declarations/${goodsDeclaration}`],
    '/declarations/:id/form': [`/declarations/${goodsDeclaration}/form`],
    '/certificates/new': [`/certificates/new?declaration=${goodsDeclaration}`],
    '/certificates/:id': [`/certificates/${certificate}`],
    '/certificates/:id/edit': [`/certificates/${certificate}/edit`],
    '/filings/batches/:id': [`/filings/batches/${batch.id}`],
    '/filings/batches/:id/:number': [`/filings/batches/${batch.id}/1`],
    '/filings/:id': [`/filings/${filing}`],
    '/totals': ['/totals', '/totals?by=enterprise,month&yearOnYear=true'],
    '/totals/records/:id': [`/totals/records/${record}`],
    '/awards/compare/:left/:right': [`/awards/compare/${round}/${other}`],
    '/awards/:id': [`/awards/${round}`],
    '/awards/:id/:tab': tabs(`/awards/${round}`, 'readings inputs evidence flags signing reviews'),
    '/awards/:id/enterprises/:code': [`/awards/${round}/enterprises/${ENTERPRISE}`],
    '/policies/:id': ['/policies/qianjiang-2023'],
    '/warehouses/:id': [`/warehouses/${warehouse}`],
    '/warehouses/:id/:tab': tabs(`/warehouses/${warehouse}`, 'stock movements evidence figures'),
    '/registry/:code': [`/registry/${ENTERPRISE}`],
    '/manage/:tab': tabs(
      '/manage',
      'users enterprises api-keys mandates signing-keys party-certificates rates log',
    ),
  };
}

/** Applies for a certificate of origin that the sandbox returns for change; its id. */
async function returnedCertificate(seller: Client, declarationId: string): Promise<string> {
  const fields = certificateFields('INV-EVERY-SBCOOBACK');
  const producer = { CiqRegNo: 'MA6C96CN5', PrdcEtpsName: '重庆璧山食品有限公司' };
  const { id } = await seller.post<{ id: string }>('/v1/certificates', {
    type: 'C',
    sources: [{ declarationId }],
    certificate: {
      ...fields,
      CertificateList: fields.CertificateList.map((line) => ({ ...line, ...producer })),
    },
    promise: true,
  });
  await eventually(
    () => seller.get<{ state: string }>(`/v1/certificates/${id}`),
    ({ state }) => state === 'returned',
  );
  return id;
}
