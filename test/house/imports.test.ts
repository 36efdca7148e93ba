import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { projectRoot } from '../../src/base/root.js';

/**
 * Which room may know which: base ← messages ← orders ← checks, signing and store know only base; `terms` everyone. A name with `type`
 * may be named in types only. `src/http` is split: everyone may use the shapes of `http/*ontract.ts`, nobody the edge.
 */
const ROOMS: Record<string, readonly string[]> = {
  terms: [],
  base: [],
  store: ['base'],
  signing: ['base'],
  messages: ['base'],
  contract: ['base', 'orders'],
  orders: ['base', 'messages'],
  checks: ['base', 'messages', 'orders'],
  clearance: ['base', 'contract'],
  enterprises: ['base', 'store', 'contract'],
  dispatch: ['base', 'store'],
  figures: ['base', 'messages', 'orders', 'store', 'contract'],
  coach: ['base', 'messages', 'orders', 'store', 'contract', 'declarations'],
  declarations: [
    'base',
    'messages',
    'orders',
    'signing',
    'store',
    'clearance',
    'enterprises',
    'dispatch',
    'contract',
    'coach',
    'filings',
    'type gateway',
    'type checks',
  ],
  filings: [
    'base',
    'messages',
    'orders',
    'signing',
    'store',
    'enterprises',
    'declarations',
    'figures',
    'contract',
  ],
  receipts: [
    'base',
    'messages',
    'store',
    'clearance',
    'enterprises',
    'declarations',
    'filings',
    'contract',
    'type dispatch',
  ],
  intake: [
    'base',
    'messages',
    'orders',
    'signing',
    'store',
    'enterprises',
    'declarations',
    'contract',
    'type journey',
  ],
  rulebook: ['base', 'messages', 'orders', 'checks', 'clearance', 'figures', 'filings', 'coach'],
  journey: [
    'base',
    'messages',
    'orders',
    'checks',
    'signing',
    'store',
    'clearance',
    'declarations',
    'figures',
    'filings',
    'coach',
    'type receipts',
    'type contract',
  ],
  gateway: [
    'base',
    'messages',
    'signing',
    'store',
    'declarations',
    'figures',
    'filings',
    'coach',
    'journey',
    'rulebook',
    'type dispatch',
  ],
  http: [
    'base',
    'messages',
    'orders',
    'store',
    'enterprises',
    'declarations',
    'filings',
    'figures',
    'intake',
    'receipts',
    'coach',
    'contract',
    'type gateway',
    'checks',
  ],
  worker: ['base', 'store', 'declarations', 'dispatch', 'filings', 'intake', 'receipts', 'type gateway'],
  server: ['base', 'enterprises', 'http', 'type gateway'],
  commands: ['*'],
  cli: ['base', 'commands'],
  'adapters/signers': ['base', 'signing'],
  'adapters/transports': ['base', 'type dispatch'],
  'adapters/sandbox': ['base', 'messages', 'adapters/transports'],
};
/** Rooms that reach an adapter at run time: the commands put both together, nothing else does. */
const MAY_NAME_ADAPTERS = ['commands'];

const filesBelow = (dir: string): string[] =>
  readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    if (path === join(projectRoot, 'src', 'console')) return [];
    if (statSync(path).isDirectory()) return filesBelow(path);
    return path.endsWith('.ts') ? [path] : [];
  });

function roomOf(path: string): string {
  const parts = relative(projectRoot, path).split('/');
  if (parts[0] === 'adapters') return `adapters/${parts[1]}`;
  if (/^src\/http\/(contract|\w+Contract)\.ts$/.test(parts.join('/'))) return 'contract';
  return parts.length === 2 ? parts[1]!.replace(/\.ts$/, '') : parts[1]!;
}

interface Arrow {
  file: string;
  from: string;
  to: string;
  typeOnly: boolean;
  path: string;
}
const arrows: Arrow[] = [
  ...filesBelow(join(projectRoot, 'src')),
  ...filesBelow(join(projectRoot, 'adapters')),
].flatMap((file) => {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^(?:import|export)(\s+type)?\b[^;]*?from\s+'(\.[^']+)'/gm)].map((m): Arrow => {
    const path = resolve(dirname(file), m[2]!.replace(/\.js$/, '.ts'));
    const named = /\{([^}]*)\}/.exec(m[0])?.[1];
    const allTypes =
      named !== undefined && named.split(',').every((n) => n.trim() === '' || n.trim().startsWith('type '));
    return {
      file: relative(projectRoot, file),
      from: roomOf(file),
      to: roomOf(path),
      typeOnly: m[1] !== undefined || allTypes,
      path,
    };
  });
});

describe('imports go one way', () => {
  test('there are imports to look at, and every one leads to a file', () => {
    expect(arrows.length).toBeGreaterThan(300);
    for (const { file, path } of arrows)
      expect({
        file,
        to: path,
        exists: statSync(path, { throwIfNoEntry: false }) !== undefined,
      }).toMatchObject({ exists: true });
  });

  test('every room is in the table', () => {
    expect([...new Set(arrows.flatMap((a) => [a.from, a.to]))].filter((room) => !(room in ROOMS))).toEqual(
      [],
    );
  });

  test('no room knows one that it may not know', () => {
    const wrong = arrows.filter(({ from, to, typeOnly }) => {
      const allowed = ROOMS[from] ?? [];
      if (from === to || to === 'terms' || allowed.includes(to)) return false;
      if (allowed.includes('*')) return to.startsWith('adapters/') && !MAY_NAME_ADAPTERS.includes(from);
      return !(typeOnly && allowed.includes(`type ${to}`));
    });
    expect(wrong.map((a) => `${a.file}: ${a.from} → ${a.to}${a.typeOnly ? ' (type)' : ''}`)).toEqual([]);
  });

  test('the order base ← messages ← orders ← checks has no way back, and signing and store know only base', () => {
    const order = ['base', 'messages', 'orders', 'checks'];
    for (const { file, from, to } of arrows)
      if (order.includes(from) && order.includes(to))
        expect({ file, back: order.indexOf(to) > order.indexOf(from) }).toEqual({ file, back: false });
    for (const room of ['signing', 'store'])
      expect(arrows.filter((a) => a.from === room && !['base', 'terms', room].includes(a.to))).toEqual([]);
  });

  test('the shapes that everyone shares know nothing but orders', () => {
    expect(ROOMS.contract).toEqual(['base', 'orders']);
  });
});
