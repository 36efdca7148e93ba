import { randomUUID } from 'node:crypto';
import { time17 } from '../../src/base/clock.js';
import type { Order } from '../../src/orders/order.js';
import { storeRaw } from '../../src/receipts/inbox.js';
import type { Client } from '../support/client.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import {
  declarationWhere,
  documentOf,
  handIn,
  LIST,
  marked,
  ordersOfOneSeller,
  type Declaration,
  type Document,
  type Problem,
} from '../support/journey.js';

/** A gateway with one seller, and what the journeys of corrections say again and again. */
export interface World {
  it: TestGateway;
  client: Client;
  /** An order nobody used yet, with the sandbox marker in its number. */
  fresh(marker?: string, where?: 'orderNo' | 'logisticsNo'): Order;
  declare(order: Order): Promise<string>;
  until(id: string, done: (d: Declaration) => boolean): Promise<Declaration>;
  /** Posts what has to be refused; by the seller unless told otherwise. */
  problemOf(path: string, body: object, by?: Client): Promise<Problem>;
  /** Lets a receipt file arrive as if the port had sent it. */
  arrive(bytes: Buffer): Promise<number>;
}

/** `batch` keeps the order numbers of two worlds apart. */
export async function openWorld(batch: string): Promise<World> {
  const sample = ordersOfOneSeller(40, { batch });
  const it = await startTestGateway({ orders: sample });
  const seller = it.sellers.get(sample[0]?.seller.code ?? '');
  if (!seller) throw new Error('the seller is not registered');
  const { client } = seller;
  let next = 0;
  return {
    it,
    client,
    fresh(marker = '', where = 'orderNo') {
      const order = sample[next++];
      if (!order) throw new Error('all sample orders are used');
      return marked(order, marker, where);
    },
    async declare(order) {
      const [id] = await handIn(client, [order]);
      return id ?? '';
    },
    until: (id, done) => declarationWhere(client, id, done),
    async problemOf(path, body, by = client) {
      const response = await by.raw('POST', path, JSON.stringify(body), {
        'Content-Type': 'application/json',
      });
      if (response.ok) throw new Error(`${path} answered ${response.status}`);
      return (await response.json()) as Problem;
    },
    arrive: (bytes) => storeRaw(it.gateway.store, [{ id: randomUUID(), origin: 'test', bytes }]),
  };
}

export const list = (d: Declaration): Document => documentOf(d, LIST);
export const codesOf = (problem: Problem): string[] => problem.faults.map((f) => f.code);

/** A receipt as customs would write it, by hand. */
export function receipt(type: string, node: string, fields: Record<string, string>): Buffer {
  const guid = randomUUID().toUpperCase();
  const leaves = Object.entries({ guid, ...fields }).map(
    ([name, value]) => `<ceb:${name}>${value}</ceb:${name}>`,
  );
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><ceb:${type} xmlns:ceb="http://www.chinaport.gov.cn/ceb" guid="${guid}" version="1.0">` +
      `<ceb:${node}>${leaves.join('')}</ceb:${node}></ceb:${type}>`,
  );
}

/** What every receipt says. */
export const said = (returnStatus: string, returnInfo = '', at = new Date()): Record<string, string> => ({
  returnStatus,
  returnTime: time17(at),
  returnInfo,
});
