import type { z } from 'zod';
import type { declarationSchema } from '../../src/views/declarations/shapes.js';
import type { importSchema } from '../../src/http/imports/contract.js';
import type { intakeResultSchema } from '../../src/http/orders/contract.js';
import type { pageOf } from '../../src/http/page.js';
import type { problemSchema } from '../../src/http/problem.js';
import type { totalsSchema } from '../../src/views/figures/shapes.js';
import type { trayItemSchema } from '../../src/views/tray/shapes.js';
import type { Order } from '../../src/orders/order.js';
import type { Client } from './client.js';
import { eventually } from './gateway.js';
import { freshOrders } from './sampleOrders.js';

export type Declaration = z.output<typeof declarationSchema>;
export type Document = Declaration['documents'][number];
export type Entry = Declaration['timeline'][number];
export type IntakeResult = z.output<typeof intakeResultSchema>;
export type Import = z.output<typeof importSchema>;
export type Problem = z.output<typeof problemSchema>;
export type Totals = z.output<typeof totalsSchema>;
export type TrayItem = z.output<typeof trayItemSchema>;
export type TrayPage = z.output<ReturnType<typeof pageOf<typeof trayItemSchema>>>;

export const ORDER = 'CEB303Message';
export const PAYMENT = 'CEB403Message';
export const WAYBILL = 'CEB505Message';
export const LIST = 'CEB603Message';

const first = [...freshOrders({ count: 20 })].find((o) => o.platform.code !== '无')!;

/**
 * `count` valid orders, always of the same seller, platform and other parties, so that one gateway can take the orders
 * of several calls. Give each call its own `batch`: no two orders then share a number.
 */
export function ordersOfOneSeller(count: number, options: { seed?: number; batch?: string } = {}): Order[] {
  const { seed = 7, batch = 'A' } = options;
  return [...freshOrders({ count, seed, batch })].map((order) => ({
    ...order,
    seller: first.seller,
    platform: first.platform,
    producer: { code: 'NO', name: first.seller.name },
    declarant: first.declarant,
    payment: { ...order.payment, code: first.payment.code, name: first.payment.name },
    waybill: { ...order.waybill, code: first.waybill.code, name: first.waybill.name },
  }));
}

/** The order with a sandbox marker in its order number, or in its waybill number. */
export const marked = (order: Order, marker: string, where: 'orderNo' | 'logisticsNo' = 'orderNo'): Order =>
  where === 'orderNo'
    ? { ...order, orderNo: `${order.orderNo ?? ''}${marker}` }
    : { ...order, waybill: { ...order.waybill, logisticsNo: `${order.waybill.logisticsNo ?? ''}${marker}` } };

/** Hands in orders and insists that all are accepted; the declaration ids in the order of the orders. */
export async function handIn(client: Client, orders: readonly Order[]): Promise<string[]> {
  const result = await client.post<IntakeResult>('/v1/orders', orders);
  const bad = result.orders.filter((o) => o.outcome !== 'accepted');
  if (bad.length > 0) throw new Error(`not accepted: ${JSON.stringify(bad)}`);
  return result.orders.map((o) => o.declarationId ?? '');
}

export const declarationOf = (client: Client, id: string): Promise<Declaration> =>
  client.get<Declaration>(`/v1/declarations/${id}`);

export const declarationWhere = (
  client: Client,
  id: string,
  done: (d: Declaration) => boolean,
  timeoutMs = 30_000,
): Promise<Declaration> => eventually(() => declarationOf(client, id), done, timeoutMs);

export const documentOf = (declaration: Declaration, type: string): Document => {
  const found = declaration.documents.find((d) => d.messageType === type);
  if (!found) throw new Error(`${declaration.id} has no ${type}`);
  return found;
};

/** `verdict` of each document in sending order. */
export const verdictsOf = (declaration: Declaration): string[] => declaration.documents.map((d) => d.verdict);

export const entriesOf = (declaration: Declaration, kind: Entry['kind'], type?: string): Entry[] =>
  declaration.timeline.filter((e) => e.kind === kind && (type === undefined || e.messageType === type));

/** returnStatus of the receipts of a document, in the order of customs' own time. */
export const statusesOf = (declaration: Declaration, type: string): string[] =>
  entriesOf(declaration, 'receipt', type).map((e) => e.status?.status ?? '');

/** What the attempts of a document came to, from their titles; why one failed may stand behind it in brackets. */
export const attemptsOf = (declaration: Declaration, type: string): string[] =>
  entriesOf(declaration, 'attempt', type).map((e) => {
    const title = e.title.en.replace(/ \([^)]*\)$/, '');
    return OUTCOME[title] ?? title;
  });

const OUTCOME: Record<string, string> = {
  Sending: 'open',
  'Taken by the port': 'accepted',
  'Refused by the port': 'refused',
  'Not delivered, will try again': 'retry',
  'Sent but the answer was lost; the same bytes go again': 'unknown',
};

export const trayOf = async (client: Client, open = true): Promise<TrayItem[]> =>
  (await client.get<TrayPage>(`/v1/tray?limit=200&open=${open}`)).items;

/** Sends a setting to the sandbox. */
export async function sandboxSettings(
  url: string,
  settings: { down?: boolean; paceMs?: number },
): Promise<void> {
  const response = await fetch(`${url}/sandbox/settings`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(settings),
  });
  if (!response.ok) throw new Error(`sandbox settings: ${response.status}`);
}

export interface SandboxState {
  messages: Record<string, number>;
  documents: Record<string, Record<string, number>>;
  receipts: { planned: number; scheduled: number; waiting: number; acknowledged: number };
  duplicates: number;
  refused: Record<string, number>;
}
export const sandboxState = async (url: string): Promise<SandboxState> =>
  (await (await fetch(`${url}/sandbox/state`)).json()) as SandboxState;
