import type { z } from 'zod';
import type { draftsSchema } from '../../src/http/filings/contract.js';
import type { filingSchema, filingSummarySchema } from '../../src/views/filings/shapes.js';
import type { Order } from '../../src/orders/order.js';
import type { Client } from './client.js';
import { eventually } from './gateway.js';
import type { Problem } from './journey.js';

export type Drafts = z.output<typeof draftsSchema>['drafts'];
export type Draft = Drafts[number];
export type Filing = z.output<typeof filingSchema>;
export type FilingSummary = z.output<typeof filingSummarySchema>;

/** The orders on one vehicle of one trip: the same customs, port, transport, bill and carrier. */
export function onOneTrip(orders: readonly Order[], billNo: string): Order[] {
  const [first] = orders;
  if (!first) return [];
  const { customsCode, portCode, trafMode, trafName, voyageNo, loctNo, country, pod } = first.list;
  const trip = { customsCode, portCode, trafMode, trafName, voyageNo, loctNo, billNo };
  return orders.map((o) => ({
    ...o,
    producer: first.producer,
    list: { ...o.list, ...trip, country, pod },
    lines: o.lines.map((line) => ({ ...line, country })),
  }));
}

export const declaredAs = (orders: readonly Order[], statisticsFlag: 'A' | 'B'): Order[] =>
  orders.map((o) => ({ ...o, list: { ...o.list, statisticsFlag } }));

export async function draft(
  client: Client,
  messageType: string,
  from: Record<string, unknown>,
): Promise<Drafts> {
  const { drafts } = await client.post<{ drafts: Drafts }>('/v1/filings/draft', { messageType, from });
  return drafts;
}

/** The one draft there is. */
export async function oneDraft(
  client: Client,
  messageType: string,
  from: Record<string, unknown>,
): Promise<Draft> {
  const drafts = await draft(client, messageType, from);
  const [only] = drafts;
  if (!only || drafts.length !== 1) throw new Error(`${drafts.length} drafts instead of one`);
  return only;
}

export async function submit(
  client: Client,
  messageType: string,
  data: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<string> {
  return (await client.post<{ id: string }>('/v1/filings', { messageType, data }, headers)).id;
}

export const filingWhere = (
  client: Client,
  id: string,
  done: (filing: Filing) => boolean,
  timeoutMs = 30_000,
): Promise<Filing> => eventually(() => client.get<Filing>(`/v1/filings/${id}`), done, timeoutMs);

/** The problem a request is answered with; fails when it is not one. */
export async function problemOf(
  client: Client,
  method: string,
  path: string,
  body: unknown,
): Promise<Problem & { codes: string[] }> {
  const response = await client.raw(method, path, JSON.stringify(body), {
    'Content-Type': 'application/json',
  });
  if (response.ok) throw new Error(`${method} ${path} was accepted: ${await response.text()}`);
  const problem = (await response.json()) as Problem;
  return { ...problem, codes: problem.faults.map((f) => f.code) };
}
