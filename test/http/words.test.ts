import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { attemptWords } from '../../src/views/attemptWords.js';
import { allRoutes } from '../../src/http/routes.js';
import type { Client } from '../support/client.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

interface Problem {
  faults: {
    code: string;
    path: string;
    message: { zh: string; en: string };
    fix: { zh: string; en: string };
  }[];
}

/** Words of schemas, parsers and systems that say nothing to people. */
const RAW =
  /Invalid|Expected|expected |[Ss]ignature not found|Quote Not|Unrecognized|Too (small|big)|received|无效|期望|数值过|UUID|undefined|NaN|Unexpected token|regex|\bE[A-Z]{4,}\b|\[object|is not valid JSON|at position/;

let it: TestGateway;
let operator: Client;

beforeAll(async () => {
  it = await startTestGateway({ workers: false });
  ({ operator } = it);
});
afterAll(() => it.close());

const json = { 'Content-Type': 'application/json' };
/** Bodies that fit no schema, and one that is no JSON. */
const BODIES = [
  '{}',
  '[]',
  '"text"',
  '{"unknown":1}',
  '{',
  'null',
  '{"email":"x","name":7,"id":"y","rows":3}',
];
/** Files that are no table, or hold nothing that was asked for; by the name they are sent under. */
const FILES: [string, string][] = [
  ['a.csv', 'a,b\n1,2\n'],
  ['a.csv', 'a,b\n"1,2\n'],
  ['a.csv', '月份,币制\n2026-13,元\n'],
  ['a.xlsx', 'PK\u0003\u0004 no workbook'],
  ['a.json', '[{"a":1},7]'],
];
const FILE_QUERY = 'source=某处&kind=district&sheet=settlements&title=x&enterprise=x&item=x';
const paths = (path: string) => [path.replace(/\{\w+\}/g, 'x'), path.replace(/\{\w+\}/g, '%E0%A4%A')];

describe('schema texts never reach a person', () => {
  test('whatever bad input a route is given, it is told in words, in both languages', async () => {
    const seen: string[] = [];
    const routes = allRoutes(it.gateway).filter(
      ({ media, path }) => media !== 'text/event-stream' && path !== '/v1/session',
    );
    const walk = async (route: (typeof routes)[number]) => {
      const inputs: [string, string | undefined][] = route.file
        ? FILES.map(([name, file]) => [`${paths(route.path)[0]!}?fileName=${name}&${FILE_QUERY}`, file])
        : route.method === 'post' && route.body
          ? BODIES.map((body) => [paths(route.path)[0]!, body])
          : paths(route.path).flatMap((path): [string, undefined][] => [
              [path, undefined],
              [`${path}?limit=abc&cursor=1&from=x&to=y&month=z&stage=q&id=1`, undefined],
            ]);
      for (const [path, body] of inputs) {
        const response = await operator.raw(
          route.method.toUpperCase(),
          path,
          body,
          body && !route.file ? json : {},
        );
        const text = await response.text();
        if (response.status !== 400 && response.status !== 422) continue;
        const { faults } = JSON.parse(text) as Problem;
        expect(faults.length).toBeGreaterThan(0);
        for (const { message, fix } of faults) {
          const where = `${route.method} ${route.path}`;
          expect([where, [message.zh, message.en, fix.zh, fix.en].filter((said) => RAW.test(said))]).toEqual([
            where,
            [],
          ]);
          seen.push(message.en);
          expect([where, message.en.match(/\p{Script=Han}+/u)?.[0]]).toEqual([where, undefined]);
        }
      }
    };
    // A few at once: most of the time goes to waiting for answers.
    const walkers = Array.from({ length: 4 }, async () => {
      for (let route = routes.shift(); route; route = routes.shift()) await walk(route);
    });
    await Promise.all(walkers);
    // The walk met every kind of complaint there is.
    const all = seen.join('\n');
    for (const words of [
      'is missing',
      'should be',
      'is no id',
      'has no field',
      'no valid JSON',
      'not well encoded',
    ])
      expect([words, all.includes(words)]).toEqual([words, true]);
  }, 60_000);

  test('what the network answered is told in words', () => {
    for (const code of ['ECONNRESET', 'ETIMEDOUT', 'ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'EWHATEVER'])
      expect(attemptWords(code)?.zh).toMatch(/^\p{Script=Han}+$/u);
    expect(attemptWords('HTTP 503 busy')).toBeUndefined();
  });
});
