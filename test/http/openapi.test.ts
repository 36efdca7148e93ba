import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { projectRoot } from '../../src/base/root.js';
import { loadExamples } from '../../src/http/examples.js';
import type { AnyRoute } from '../../src/http/route.js';
import { allRoutes } from '../../src/http/routes.js';
import type { Client } from '../support/client.js';
import { Client as AnyClient } from '../support/client.js';
import { plainOrder } from '../support/declarations.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationWhere, entriesOf, handIn, marked, ordersOfOneSeller } from '../support/journey.js';
import { orderFile } from '../support/orderFile.js';
import { routePage } from '../support/routePage.js';

interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  parameters: { name: string; in: string; required: boolean; schema: object; example?: unknown }[];
  requestBody?: {
    required: boolean;
    content: Record<string, { schema: object; example?: unknown; examples?: object }>;
  };
  responses: Record<
    string,
    { description: string; content?: Record<string, { schema: object; example?: unknown }> }
  >;
  security?: object[];
}
interface OpenApi {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; securitySchemes: Record<string, { type: string }> };
}

const orders = ordersOfOneSeller(3, { seed: 111, batch: 'O' });
/** Goes by goods declaration, which has forms. */
const byDeclaration = plainOrder('111');
let it: TestGateway;
let owner: Client;
let document: OpenApi;
const ids: Record<string, string> = {};

beforeAll(async () => {
  it = await startTestGateway({ orders: [...orders, byDeclaration], batch: 1 });
  owner = [...it.sellers.values()][0]!.client;
  const made = await handIn(owner, [
    orders[0]!,
    marked(orders[1]!, '-SBREFUSE'),
    marked(orders[2]!, '-SBGARBAGE-SBUNKNOWNRCPT'),
  ]);
  const d = await declarationWhere(owner, made[0]!, (x) => x.verdict === 'cleared');
  await declarationWhere(owner, made[1]!, (x) => x.verdict === 'refused');
  await declarationWhere(owner, made[2]!, (x) => x.verdict === 'cleared');
  const file = await orderFile('orders.csv', [{ ...orders[0]!, goodsValue: '1' }]);
  const { id } = await owner.upload<{ id: string }>('/v1/imports?fileName=orders.csv', file);
  await eventually(
    () => owner.get<{ state: string }>(`/v1/imports/${id}`),
    (i) => i.state === 'done',
    60_000,
  );
  ids.declarations = d.id;
  [ids.forms = ''] = await handIn(it.sellers.get(byDeclaration.seller.code!)!.client, [byDeclaration]);
  ids.messages = entriesOf(d, 'signed')[0]!.bytes!.split('/')[3]!;
  ids.receipts = entriesOf(d, 'receipt')[0]!.bytes!.split('/')[3]!;
  ids.imports = id;
  ids.goods = 'SKU-1';
  ids.registry = orders[0]!.seller.code!;
  await it.operator.post('/v1/registry/facts', {
    facts: [
      { code: ids.registry, kind: 'district', subject: '黔江区', validFrom: '2026-01-01', source: '测试' },
    ],
  });
  await it.operator.post('/v1/goods', { items: [{ sku: 'SKU-1', values: { gname: '玩具' } }] });
  await it.operator.post('/v1/profiles', { name: '自用', columns: [{ header: '单据', field: 'orderNo' }] });
  await it.operator.post('/v1/defaults', { values: { currency: 'USD' } });
  document = await owner.get<OpenApi>('/openapi.json');
});
afterAll(() => it.close());

function* refsIn(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* refsIn(item);
  else if (typeof value === 'object' && value !== null)
    for (const [key, member] of Object.entries(value))
      if (key === '$ref' && typeof member === 'string') yield member;
      else yield* refsIn(member);
}

describe('the OpenAPI document', () => {
  test('has the structure of OpenAPI 3.1', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d$/);
    expect(document.info.version).toBe(it.gateway.version);
    expect(document.info.title).not.toBe('');
    for (const [path, operations] of Object.entries(document.paths)) {
      expect(path).toMatch(/^\/v1(\/([a-z-]+|\{\w+\}|totals\.csv))*$|^\/v1\/[\w./{}-]+$/);
      for (const [method, operation] of Object.entries(operations)) {
        expect(['get', 'post', 'put', 'patch', 'delete']).toContain(method);
        expect(operation.operationId).toMatch(/^[A-Za-z][A-Za-z0-9]*$/);
        expect(operation.summary).toMatch(/[\u4e00-\u9fff]/);
        expect(operation.description).not.toMatch(/[\u4e00-\u9fff]/);
        expect(operation.description).not.toBe('');
        expect(operation.tags).toHaveLength(1);
        const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]);
        expect(operation.parameters.filter((p) => p.in === 'path').map((p) => p.name)).toEqual(inPath);
        for (const p of operation.parameters) {
          expect(['path', 'query', 'header']).toContain(p.in);
          if (p.in === 'path') expect(p.required).toBe(true);
          expect(typeof p.schema).toBe('object');
        }
        expect(Object.keys(operation.responses).length).toBeGreaterThan(1);
        for (const [status, response] of Object.entries(operation.responses)) {
          expect(status).toMatch(/^(default|[1-5]\d\d)$/);
          expect(response.description).not.toBe('');
        }
        expect(operation.responses.default).toEqual({ $ref: '#/components/responses/Problem' });
      }
    }
    for (const scheme of Object.values(document.components.securitySchemes))
      expect(['http', 'apiKey']).toContain(scheme.type);
  });

  test('holds every route once, with an id of its own, and no other', () => {
    const routes = allRoutes(it.gateway).map((r) => `${r.method} ${r.path}`);
    expect(new Set(routes).size).toBe(routes.length);
    const documented = Object.entries(document.paths).flatMap(([path, ops]) =>
      Object.keys(ops).map((m) => `${m} ${path}`),
    );
    expect(documented.sort()).toEqual(routes.sort());
    const operationIds = Object.values(document.paths).flatMap((ops) =>
      Object.values(ops).map((o) => o.operationId),
    );
    expect(new Set(operationIds).size).toBe(operationIds.length);
  });

  test('docs/routes.md says of every route which roles may use it', () => {
    const file = join(projectRoot, 'docs', 'routes.md');
    const page = routePage(allRoutes(it.gateway));
    if (process.env.UPDATE_DOCS) writeFileSync(file, page);
    expect(readFileSync(file, 'utf8')).toBe(page);
  });

  test('every reference leads somewhere, and nothing in the components is left over', () => {
    const refs = new Set(refsIn(document));
    for (const ref of refs) {
      expect(ref).toMatch(/^#\/components\/(schemas|responses)\/[A-Za-z]+$/);
      expect(document.components).toHaveProperty(ref.split('/').slice(2));
    }
    for (const name of Object.keys(document.components.schemas))
      expect(refs).toContain(`#/components/schemas/${name}`);
  });

  test('shows an example of every request and answer, each as the schema that checks it says', () => {
    /** Papers and the documents of a party are handed over as they are; there is no text of them to show. */
    const binary = /attachments|evidence|party-documents/;
    const wrong: unknown[] = [];
    const check = (what: string, schema: z.ZodType | undefined, example: unknown) => {
      const parsed = schema?.safeParse(example);
      if (example === undefined || (parsed && !parsed.success))
        wrong.push({ what, issues: parsed?.error?.issues ?? 'no example' });
    };
    let answers = 0;
    for (const route of allRoutes(it.gateway)) {
      const name = `${route.method} ${route.path}`;
      const { parameters, requestBody, responses } = document.paths[route.path]![route.method]!;
      for (const one of parameters) {
        const shape = (one.in === 'path' ? route.params : route.query) as z.ZodObject | undefined;
        check(`${name} ${one.name}`, shape?.shape[one.name] as z.ZodType | undefined, String(one.example));
      }
      if (route.body) check(`${name} request`, route.body, requestBody?.content['application/json']?.example);
      const { 'application/json': json, 'text/csv': csv } = requestBody?.content ?? {};
      if (route.file && !binary.test(route.path) && !json?.examples)
        check(`${name} file`, undefined, csv?.example);
      const content = Object.values(responses).find((one) => one.description !== '错误 / Problem')?.content;
      if (route.answer) {
        answers += 1;
        check(`${name} answer`, route.answer, content?.['application/json']?.example);
      } else if (/^(text|application\/xml)/.test(route.media ?? ''))
        check(`${name} answer`, undefined, content?.[route.media!]?.example);
    }
    expect(wrong).toEqual([]);
    expect(answers).toBeGreaterThan(150);
  });

  test('no sample of the examples is left over when operations and fields go', () => {
    const { values, operations } = loadExamples();
    const names = Object.entries(document.paths).flatMap(([path, ops]) =>
      Object.keys(ops).map((method) => `${method} ${path}`),
    );
    expect(Object.keys(operations).filter((name) => !names.includes(name))).toEqual([]);
    const spoken = JSON.stringify(document);
    const fields = Object.keys(values).map((name) => name.split('.')[0]!);
    expect(fields.filter((name) => !spoken.includes(`"${name}"`))).toEqual([]);
  });

  test('says which routes need no credentials', () => {
    for (const route of allRoutes(it.gateway))
      expect(document.paths[route.path]![route.method]!.security).toEqual(
        route.right === 'public' ? [] : undefined,
      );
  });
});

describe('answers are what the document says', () => {
  const QUERIES: Record<string, string> = {
    '/v1/totals': '?from=2020-01&to=2099-12',
    '/v1/totals.csv': '?from=2020-01&to=2099-12',
    '/v1/tray': '?open=false',
    '/v1/awards/estimate': '?policy=qianjiang-2023&year=2026',
    '/v1/refusals/explain': '?receiptType=CEB604Message&status=100&infoCode=1327',
  };
  const urlOf = (route: AnyRoute) => {
    const room = /\/form(s|\.pdf)$/.test(route.path) ? 'forms' : (route.path.split('/')[2] ?? '');
    return (
      route.path
        .replace('{file}', '9610.xlsx')
        .replace('{policy}', 'qianjiang-2023')
        .replace(/\{\w+\}/, ids[room] ?? '') + (QUERIES[route.path] ?? '')
    );
  };

  /** Rooms whose GET routes by id need data that another suite makes; each must answer 404 in the one error shape. */
  const answers = () =>
    allRoutes(it.gateway).filter(
      (r) =>
        r.method === 'get' &&
        r.media !== 'text/event-stream' &&
        (!r.path.includes('{id}') || ids[r.path.split('/')[2] ?? '']),
    );

  test('every GET route, asked with real data, answers with its declared status, type and schema', async () => {
    const routes = answers();
    expect(routes.length).toBeGreaterThanOrEqual(19);
    for (const route of routes) {
      const response = await it.operator.raw('GET', urlOf(route));
      expect({ route: route.path, status: response.status }).toEqual({
        route: route.path,
        status: route.status ?? 200,
      });
      if (route.media) {
        expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(0);
        continue;
      }
      expect(response.headers.get('content-type')).toMatch(/^application\/json/);
      const body: unknown = await response.json();
      const parsed = (route.answer as z.ZodType).safeParse(body);
      expect({ route: route.path, issues: parsed.error?.issues ?? [] }).toEqual({
        route: route.path,
        issues: [],
      });
      // Nothing is answered that the schema does not speak of.
      expect({ route: route.path, body: parsed.data }).toEqual({ route: route.path, body });
    }
  });

  test('lists have items in this run, so that the schemas of their items were really used', async () => {
    for (const path of [
      '/v1/declarations',
      '/v1/imports',
      '/v1/tray?open=false',
      `/v1/imports/${ids.imports}/verdicts`,
    ]) {
      const page = await it.operator.get<{ items: unknown[] }>(path);
      expect({ path, empty: page.items.length === 0 }).toEqual({ path, empty: false });
    }
    for (const path of ['/v1/enterprises', '/v1/users', '/v1/api-keys', '/v1/signing-keys'])
      expect((await it.operator.get<unknown[]>(path)).length).toBeGreaterThan(0);
  });

  test('pages follow each other through the cursor without a gap or a repeat', async () => {
    const whole = await owner.get<{ items: { id: string }[]; next: string | null }>(
      '/v1/declarations?limit=200',
    );
    expect(whole.next).toBeNull();
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { items: { id: string }[]; next: string | null } = await owner.get(
        `/v1/declarations?limit=1${cursor ? `&cursor=${cursor}` : ''}`,
      );
      seen.push(...page.items.map((i) => i.id));
      cursor = page.next;
    }
    expect(seen).toEqual(whole.items.map((i) => i.id));
  });
});

describe('/docs', () => {
  test('loads from the gateway alone and its policy allows no other host', async () => {
    const anonymous = new AnyClient(it.server.url);
    const page = await anonymous.raw('GET', '/docs');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'self'/);
    const html = await page.text();
    const parts = [...html.matchAll(/<(?:script|link)[^>]*(?:src|href)="([^"]+)"/g)].map((m) => m[1]!);
    expect(parts.length).toBeGreaterThanOrEqual(3);
    for (const part of parts) {
      expect(part).toMatch(/^\/docs\//);
      const response = await anonymous.raw('GET', part);
      expect(response.status).toBe(200);
      expect((await response.text()).length).toBeGreaterThan(50);
    }
    // Inline scripts would be blocked by the policy.
    expect(html).not.toMatch(/<script>[^<]/);
    expect(await (await anonymous.raw('GET', '/docs/start.js')).text()).toContain('validatorUrl: null');
  });
});
