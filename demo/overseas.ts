import type { z } from 'zod';
import { dayOf } from '../src/base/clock.js';
import type { Order } from '../src/orders/order.js';
import type { countsSchema } from '../src/views/declarations/shapes.js';
import type { intakeResultSchema } from '../src/http/orders/contract.js';
import type { settlementsTakenSchema, taxRecordsTakenSchema } from '../src/views/records/shapes.js';
import type {
  movementsTakenSchema,
  warehouseFactsTakenSchema,
  warehouseSchema,
  warehousesTakenSchema,
} from '../src/views/warehouses/shapes.js';
import type { Client } from '../test/support/client.js';
import { sampleOrders } from '../test/support/sampleOrders.js';
import { until } from './waiting.js';

/** One warehouse built, one acquired, one leased, in three countries; orders go where their buyers are. */
const WAREHOUSES = [
  {
    destination: '502',
    values: {
      name: 'Shancheng Overseas Warehouse Los Angeles',
      country: '美国',
      city: 'Los Angeles',
      address: '1200 Harbor Ave, CA 90021',
      kind: '公共',
      acquisition: '自建',
      area: '12000',
      areaFrom: '2025-03-01',
      operatingFrom: '2025-03-01',
      certificate: 'N5000202500017',
      system: 'Shancheng WMS 3.2',
    },
  },
  {
    destination: '304',
    values: {
      name: 'Shancheng Overseas Warehouse Duisburg',
      country: '德国',
      city: 'Duisburg',
      address: 'Hafenstraße 9, 47119',
      kind: '公共',
      acquisition: '收购并购',
      area: '8000',
      areaFrom: '2025-07-01',
      operatingFrom: '2025-07-01',
      certificate: 'N5000202500031',
      system: 'Rhein WMS',
    },
  },
  {
    destination: '116',
    values: {
      name: 'Shancheng Overseas Warehouse Osaka',
      country: '日本',
      city: 'Osaka',
      address: 'Nanko-naka 2-1-5',
      kind: '自用',
      acquisition: '租赁',
      area: '3500',
      areaFrom: '2026-02-01',
      operatingFrom: '2026-02-01',
      leaseFrom: '2026-02-01',
      leaseTo: '2029-01-31',
    },
  },
] as const;
const ORDERS_EACH = 3;

/** 9810 orders of one seller to each of the three warehouses. */
export function overseasOrders(sellerCode: string, until: Date): Order[] {
  const orders: Order[] = [];
  const wanted = new Map<string, number>(WAREHOUSES.map(({ destination }) => [destination, ORDERS_EACH]));
  for (const order of sampleOrders({ seed: 20261122, batch: 'DW', until, regime: '9810' })) {
    const to = WAREHOUSES.find(({ destination }) => destination === order.list.country);
    const left = wanted.get(to?.destination ?? '') ?? 0;
    if (order.seller.code !== sellerCode || !to || left === 0) continue;
    wanted.set(to.destination, left - 1);
    orders.push({ ...order, platform: { code: '无', name: to.values.name } });
    if (orders.length === WAREHOUSES.length * ORDERS_EACH) break;
  }
  return orders;
}

/**
 * Ships goods to three overseas warehouses and tells what became of them: register, holders, served enterprises, papers,
 * sales, a transfer, a loss, settlement and tax. True when everything was taken as it should be.
 */
export async function fillWarehouses(
  seller: Client,
  orders: readonly Order[],
  others: readonly string[],
): Promise<boolean> {
  const [first, second] = orders;
  if (!first || !second) return false;
  const { accepted } = await seller.post<z.output<typeof intakeResultSchema>>('/v1/orders', orders, {
    'Idempotency-Key': 'demo-overseas',
  });
  const warehouses = WAREHOUSES.map(({ values }) => values);
  const entered = await seller.post<z.output<typeof warehousesTakenSchema>>('/v1/warehouses', { warehouses });
  const facts = warehouseFacts(first.seller.name ?? '', others);
  const told = await seller.post<z.output<typeof warehouseFactsTakenSchema>>('/v1/warehouses/facts', {
    facts,
  });
  const papers = await keepPapers(seller);
  if (!(await cleared(seller, orders.length))) return false;
  const today = dayOf(new Date());
  const moved = await seller.post<z.output<typeof movementsTakenSchema>>('/v1/warehouses/movements', {
    movements: movements(orders, today),
  });
  const settled = await seller.post<z.output<typeof settlementsTakenSchema>>('/v1/settlements', {
    settlements: settlements(orders, today),
  });
  const taxed = await seller.post<z.output<typeof taxRecordsTakenSchema>>('/v1/tax-records', {
    taxRecords: taxRecords(orders, today),
  });
  const faults = [entered, told, moved, settled, taxed].flatMap((taken) => taken.faults);
  for (const fault of faults) process.stdout.write(`  ${fault.path} ${fault.message.zh}\n`);
  return accepted === orders.length && papers && faults.length === 0;
}

function warehouseFacts(enterprise: string, others: readonly string[]): Record<string, string>[] {
  const [la, duisburg, osaka] = WAREHOUSES.map(({ values }) => values.name);
  const holding = (
    warehouse: string | undefined,
    subject: string,
    object: string,
    share: string,
    validFrom: string,
  ) => ({
    warehouse: warehouse ?? '',
    kind: '持股',
    subject,
    object,
    share,
    validFrom,
    source: '公司章程',
  });
  return [
    holding(la, enterprise, 'Shancheng (HK) Limited', '100', '2025-01-10'),
    holding(la, 'Shancheng (HK) Limited', 'Shancheng Logistics LLC', '80', '2025-01-20'),
    holding(duisburg, enterprise, 'Rhein Lager GmbH', '51', '2025-06-15'),
    holding(osaka, enterprise, '山城物流株式会社', '100', '2026-01-15'),
    ...others.map((subject) => ({
      warehouse: la ?? '',
      kind: '服务企业',
      subject,
      validFrom: '2025-04-01',
      source: '仓储服务合同',
    })),
  ];
}

async function keepPapers(seller: Client): Promise<boolean> {
  const { items } = await seller.get<{ items: z.output<typeof warehouseSchema>[] }>('/v1/warehouses');
  for (const { id, name } of items)
    await seller.upload(
      `/v1/warehouses/${id}/evidence?kind=lease&title=${encodeURIComponent('租赁或产权证明')}&fileName=lease.pdf`,
      Buffer.from(`%PDF-1.4\n% ${name}: sample paper of the demo\n%%EOF\n`),
    );
  return items.length === WAREHOUSES.length;
}

async function cleared(seller: Client, wanted: number): Promise<boolean> {
  const all = (counts: z.output<typeof countsSchema>) => (counts.byVerdict.cleared ?? 0) === wanted;
  return all(
    await until(() => seller.get<z.output<typeof countsSchema>>('/v1/declarations/counts?regime=9810'), all),
  );
}

/** Of each order the first line is sold in part; one piece moves to another warehouse, one is lost. */
function movements(orders: readonly Order[], occurredOn: string): Record<string, string>[] {
  const rows = orders.map((order, i) => ({
    warehouse: order.platform.name ?? '',
    itemNo: order.lines[0]?.itemNo ?? '',
    orderNo: order.orderNo ?? '',
    quantity: '1',
    occurredOn,
    kind: '销售',
    reference: `SALE-${String(i + 1).padStart(4, '0')}`,
  }));
  const [from, to] = WAREHOUSES.map(({ values }) => values.name);
  const spare = orders.find((order) => order.platform.name === from && order.lines.length > 1);
  const lost = orders.find((order) => order.platform.name === to && order.lines.length > 1);
  const of = (order: Order | undefined, values: Record<string, string>) =>
    order
      ? [
          {
            warehouse: order.platform.name ?? '',
            itemNo: order.lines[1]?.itemNo ?? '',
            orderNo: order.orderNo ?? '',
            quantity: '1',
            occurredOn,
            ...values,
          },
        ]
      : [];
  return [
    ...rows,
    ...of(spare, { kind: '调拨', to: to ?? '', reference: 'MOVE-0001', note: '补货' }),
    ...of(lost, { kind: '灭失', reference: 'LOSS-0001', note: '破损销毁' }),
  ];
}

/** The first order is paid for whole, the second in part. */
function settlements([first, second]: readonly Order[], settledOn: string): Record<string, string>[] {
  const row = (order: Order | undefined, amount: string, reference: string) => ({
    institution: '示例银行重庆分行',
    licenceNo: 'B0003H250000001',
    licenceTo: '2030-12-31',
    reference,
    currency: order?.currency ?? '',
    amount,
    settledOn,
    orderNo: order?.orderNo ?? '',
  });
  return [row(first, first?.goodsValue ?? '', 'FX-DEMO-0001'), row(second, '10.00', 'FX-DEMO-0002')];
}

/** Rebates claimed at exit for the first three orders, one of them granted. */
const taxRecords = (orders: readonly Order[], happenedOn: string): Record<string, string>[] => {
  const row = (order: Order | undefined, status: string) => ({
    orderNo: order?.orderNo ?? '',
    kind: '海外仓预退',
    status,
    amount: '13.00',
    happenedOn,
    reference: '202611001',
    office: '示例区税务局',
  });
  return [...orders.slice(0, 3).map((order) => row(order, '已申报')), row(orders[0], '已核准')];
};
