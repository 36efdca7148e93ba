import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../../src/base/root.js';

/**
 * The rooms of `src` in the order of the journey: each may know those before it and none after it, so that their graph
 * has no circle and no arrow upwards. The ESLint rule reads the same list.
 */
const ROOMS = z
  .strictObject({ rooms: z.array(z.string()) })
  .parse(JSON.parse(readFileSync(join(projectRoot, 'scripts', 'rooms.json'), 'utf8'))).rooms;

/** Adapters know little of `src`: one counterpart outside each. A name with `type` may be named in types only. */
const ADAPTERS: Record<string, readonly string[]> = {
  'adapters/redis': ['type base', 'type store'],
  'adapters/signers': ['base', 'signing'],
  'adapters/transports': ['base', 'type dispatch', 'type paymentData'],
  'adapters/sandbox': ['base', 'messages', 'adapters/transports'],
};
/** Rooms that reach an adapter: the commands put both together, nothing else does. */
const MAY_NAME_ADAPTERS = ['commands'];
/** Rooms that may know the edge. */
const MAY_NAME_HTTP = ['http', 'server', 'commands'];
/** Rooms that know only the ground: no store in messages, no message in the store. */
const GROUND = ['terms', 'base'];
const KNOW_ONLY_GROUND = ['store', 'signing', 'messages'];

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

  test('every room stands in the list, and every room of the list exists', () => {
    const found = new Set(arrows.flatMap((a) => [a.from, a.to]));
    expect([...found].filter((room) => !ROOMS.includes(room) && !(room in ADAPTERS))).toEqual([]);
    expect(ROOMS.filter((room) => !found.has(room))).toEqual([]);
    expect(new Set(ROOMS).size).toBe(ROOMS.length);
  });

  test('no room knows one that comes after it, so there is no circle', () => {
    const wrong = arrows.filter(({ from, to, typeOnly }) => {
      if (from === to) return false;
      const known = ADAPTERS[from];
      if (known) return to !== 'terms' && !known.includes(to) && !(typeOnly && known.includes(`type ${to}`));
      if (to in ADAPTERS) return !MAY_NAME_ADAPTERS.includes(from);
      return ROOMS.indexOf(to) > ROOMS.indexOf(from);
    });
    expect(wrong.map((a) => `${a.file}: ${a.from} → ${a.to}`)).toEqual([]);
  });

  test('terms know nothing, and store, signing and messages only the ground', () => {
    expect(arrows.filter((a) => a.from === 'terms' && a.to !== 'terms')).toEqual([]);
    const wrong = arrows.filter(
      ({ from, to }) => KNOW_ONLY_GROUND.includes(from) && from !== to && !GROUND.includes(to),
    );
    expect(wrong).toEqual([]);
  });

  test('nothing but the edge itself and what starts it knows http', () => {
    expect(arrows.filter(({ from, to }) => to === 'http' && !MAY_NAME_HTTP.includes(from))).toEqual([]);
  });
});
