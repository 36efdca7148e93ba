import type { z } from 'zod';
import type { intakeResultSchema } from '../src/http/orders/contract.js';
import type { Order } from '../src/orders/order.js';
import type { declarationSchema } from '../src/views/declarations/shapes.js';
import type { totalsSchema } from '../src/views/figures/shapes.js';
import type { InspectionTask } from '../src/views/inspections/shapes.js';
import type { Client } from '../test/support/client.js';
import { generalOrder, inspectedOrder } from '../test/support/declarations.js';
import { until } from './waiting.js';

type Declaration = z.output<typeof declarationSchema>;
type Totals = z.output<typeof totalsSchema>;

const APPLICATION = 'EEntDeclIo';
const DECLARATION = 'DecMessage';

/** Goods under inspection, and one general export: each goes through another part of both tracks. */
export interface InspectedOrders {
  /** 9710, ordered to be inspected, then released. */
  inspected: Order;
  /** 9810, whose application for inspection comes back once. */
  applicationRefused: Order;
  /** 9710, whose declaration is returned for change once. */
  returned: Order;
  /** 0110: a goods declaration alone. */
  general: Order;
}

export const inspectedOrders = (): InspectedOrders => ({
  inspected: inspectedOrder('DEMO1', '-SBINSPECT'),
  applicationRefused: inspectedOrder('DEMO2', '-SBCIQREFUSE', 'cosmetics'),
  returned: inspectedOrder('DEMO3', '-SBDECZ', 'battery'),
  general: generalOrder('DEMO4'),
});

/** Puts what inspection asks of these goods into the goods masters of their sellers, as orders to come will need it. */
async function keepGoods(orders: InspectedOrders, clientOf: (code: string) => Client): Promise<void> {
  for (const { seller, lines } of [orders.inspected, orders.applicationRefused, orders.returned])
    await clientOf(seller.code ?? '').post('/v1/goods', {
      items: lines.map(({ itemNo = '', gcode, gname, unit, inspType, ciqCode, mnufctrRegNo, ...line }) => ({
        sku: itemNo,
        values: Object.fromEntries(
          Object.entries({
            gcode,
            gname,
            unit,
            inspType,
            ciqCode,
            mnufctrRegNo,
            mnufctrRegName: line.mnufctrRegName,
            goodsAttr: line.goodsAttr,
            purpose: line.purpose,
            stuff: line.stuff,
            prodQgp: line.prodQgp,
          }).filter((entry): entry is [string, string] => entry[1] !== undefined),
        ),
      })),
    });
}

/**
 * Carries the orders through both tracks, correcting what comes back as a person would, and tells what came of it beside
 * what must. The 9710 and 9810 orders before them are cleared already.
 */
export async function declareGoods(
  orders: InspectedOrders,
  operator: Client,
  clientOf: (code: string) => Client,
): Promise<[name: string, got: number, wanted: number][]> {
  const monthOf = (at: Date) => new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 7);
  const counted = async (regime: string): Promise<number> => {
    const month = monthOf(new Date());
    return (await operator.get<Totals>(`/v1/totals?from=${month}&to=${month}&regime=${regime}`)).sum.orders;
  };
  const before = { b2b: await counted('9710'), warehouse: await counted('9810') };
  const handIn = async (order: Order): Promise<Handed> => {
    const client = clientOf(order.seller.code ?? '');
    const { orders: taken } = await client.post<z.output<typeof intakeResultSchema>>('/v1/orders', [order], {
      'Idempotency-Key': `demo-${order.orderNo ?? ''}`,
    });
    return { client, id: taken[0]?.declarationId ?? '' };
  };
  await keepGoods(orders, clientOf);
  const inspected = await handIn(orders.inspected);
  const refused = await handIn(orders.applicationRefused);
  const returned = await handIn(orders.returned);
  const general = await handIn(orders.general);

  const first = await verdictOf(refused, APPLICATION, 'refused');
  await correct(refused, { 'lines[0].lotNo': 'M20261016' }, '厂检单批号更正 / lot number of the factory');
  const sentBack = await verdictOf(returned, DECLARATION, 'refused');
  await correct(returned, { 'declaration.DecHead.NoteS': '随附单据已补' }, '补充随附单据 / papers added');

  const ends = await Promise.all(
    [inspected, refused, returned, general].map((one) =>
      until(
        () => read(one),
        ({ verdict }) => verdict === 'cleared',
      ),
    ),
  );
  const { items: tasks } = await operator.get<{ items: InspectionTask[] }>(
    `/v1/inspection-tasks?state=done&declaration=${inspected.id}`,
  );
  const accepted = ends.filter((one) => documentOf(one, APPLICATION)?.verdict === 'accepted');
  return [
    ['报关单结关 / goods declarations cleared', ends.filter((one) => one.verdict === 'cleared').length, 4],
    ['检验检疫申请通过 / applications accepted', accepted.length, 3],
    ['申请退回后更正 / application refused, then repaired', Number(first), 1],
    ['退回修改后重报 / declaration returned, then declared again', Number(sentBack), 1],
    ['查验后放行 / inspected, then released', tasks.filter(({ result }) => result === 'passed').length, 1],
    ['新计入 9710 / 9710 newly counted', (await counted('9710')) - before.b2b, 2],
    ['新计入 9810 / 9810 newly counted', (await counted('9810')) - before.warehouse, 1],
    ['计入 0110 / 0110 counted', await counted('0110'), 0],
  ];
}

interface Handed {
  client: Client;
  id: string;
}

const read = ({ client, id }: Handed): Promise<Declaration> =>
  client.get<Declaration>(`/v1/declarations/${id}`);
const documentOf = (declaration: Declaration, type: string) =>
  declaration.documents.find((one) => one.messageType === type && one.current);

/** Whether a document of the declaration comes to this verdict in time. */
async function verdictOf(one: Handed, type: string, verdict: string): Promise<boolean> {
  const is = (declaration: Declaration) => documentOf(declaration, type)?.verdict === verdict;
  return is(await until(() => read(one), is));
}

const correct = ({ client, id }: Handed, changes: Record<string, string>, reason: string): Promise<unknown> =>
  client.post(`/v1/declarations/${id}/resubmit`, { changes, reason });
