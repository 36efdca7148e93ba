import { describe, expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { loadFaultDefinitions } from '../../src/base/faults.js';
import { mappingPath, projectRoot } from '../../src/base/root.js';
import { loadRules } from '../../src/checks/rules.js';
import { LOCK, LOCK_CLASS } from '../../src/store/advisory.js';

const MAX_LINES = 400;
/** Files that may be longer, and why: nothing in them could be read apart. */
const LONGER: Record<string, { lines: number; why: string }> = {};

function filesBelow(dir: string, ending: RegExp): string[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    if (name === 'node_modules' || name === 'dist' || name.startsWith('.')) return [];
    if (statSync(path).isDirectory()) return filesBelow(path, ending);
    return ending.test(name) ? [path] : [];
  });
}
const shown = (path: string) => relative(projectRoot, path);
const sources = ['src', 'adapters'].flatMap((room) => filesBelow(join(projectRoot, room), /\.tsx?$/));

describe('fault codes', () => {
  const rules = loadRules();
  const faults = loadFaultDefinitions();
  const texts = sources.map((file) => readFileSync(file, 'utf8'));
  const data = filesBelow(mappingPath(), /\.json$/).filter(
    (file) => !/mappings\/(faults|rules)\//.test(shown(file)),
  );

  test('one code means one thing, in faults and rules together', () => {
    expect(faults.size).toBeGreaterThan(100);
    expect([...rules.keys()].filter((code) => faults.has(code))).toEqual([]);
  });

  test('every code that a program makes exists', () => {
    const made = new Set(
      texts.flatMap((text) =>
        [...text.matchAll(/\b(?:makeFault|fault|ruleFault)\(\s*'([A-Z]\d{2,3})'/g)].map((m) => m[1]!),
      ),
    );
    expect(made.size).toBeGreaterThan(80);
    expect([...made].filter((code) => !faults.has(code) && !rules.has(code))).toEqual([]);
  });

  test('every code that is defined is made somewhere, by a program or by data', () => {
    const everything = [...texts, ...data.map((file) => readFileSync(file, 'utf8'))].join('\n');
    const named = new Set([...everything.matchAll(/['"`]([A-Z]\d{2,3})['"`]/g)].map((m) => m[1]!));
    expect([...faults.keys()].filter((code) => !named.has(code))).toEqual([]);
  });
});

describe('files', () => {
  test(`no file of src or adapters is longer than ${MAX_LINES} lines, but for those named with a reason`, () => {
    expect(sources.length).toBeGreaterThan(150);
    const long = sources
      .map((file) => ({ file: shown(file), lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
      .filter(({ file, lines }) => lines > (LONGER[file]?.lines ?? MAX_LINES));
    expect(long).toEqual([]);
  });

  test('folders of src are two deep at most', () => {
    const deep = sources
      .map(shown)
      .filter(
        (file) => file.startsWith('src/') && !file.startsWith('src/console/') && file.split('/').length > 4,
      );
    expect(deep).toEqual([]);
  });

  test('no unfinished business stands in the code', () => {
    const word = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`);
    expect(sources.filter((file) => word.test(readFileSync(file, 'utf8'))).map(shown)).toEqual([]);
  });
});

describe('documentation', () => {
  const pages = [
    ...filesBelow(join(projectRoot, 'docs'), /\.md$/),
    ...['README.md', 'README.zh-CN.md', 'CHANGELOG.md']
      .map((n) => join(projectRoot, n))
      .filter((f) => existsSync(f)),
  ];

  test('every link to a file leads somewhere', () => {
    const broken: string[] = [];
    for (const page of pages)
      for (const [, target] of readFileSync(page, 'utf8').matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
        if (/^[a-z]+:/i.test(target!)) continue;
        if (!existsSync(resolve(dirname(page), decodeURIComponent(target!))))
          broken.push(`${shown(page)} → ${target}`);
      }
    expect(pages.length).toBeGreaterThan(1);
    expect(broken).toEqual([]);
  });

  test('every file of the project that a page names exists', () => {
    const missing: string[] = [];
    for (const page of pages)
      for (const [, path] of readFileSync(page, 'utf8').matchAll(
        /`((?:src|adapters|mappings|test|docs|scripts|examples|bench|demo|deploy)\/[\w./-]+)`/g,
      ))
        if (!existsSync(join(projectRoot, path!)) && !/[A-Z]{3,}(?!\d)|\*|<|…/.test(path!))
          missing.push(`${shown(page)}: ${path}`);
    expect(missing).toEqual([]);
  });
});

describe('advisory locks', () => {
  test('have each a number of their own, written in one place', () => {
    const numbers = [...Object.values(LOCK), ...Object.values(LOCK_CLASS)];
    expect(new Set(numbers).size).toBe(numbers.length);
    const elsewhere = sources.filter((file) =>
      /advisory\w*lock\w*\(\s*\d/.test(readFileSync(file, 'utf8').replaceAll('_', '')),
    );
    expect(elsewhere.map(shown)).toEqual([]);
    expect(sources.some((file) => readFileSync(file, 'utf8').includes('LOCK.folding'))).toBe(true);
  });
});
