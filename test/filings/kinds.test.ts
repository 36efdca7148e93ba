import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadFaultDefinitions } from '../../src/base/faults.js';
import { mappingPath, projectRoot } from '../../src/base/root.js';
import { loadFilingKinds, mergeRules } from '../../src/filings/kinds.js';
import { loadPushedKinds } from '../../src/filings/pushedKinds.js';
import { loadCatalogue } from '../../src/messages/catalogue.js';
import { loadFields } from '../../src/orders/fields.js';

const catalogue = loadCatalogue();
const kinds = loadFilingKinds(catalogue);

test('every message that is a filing has its kind, and every message customs pushes is read', () => {
  const filings = catalogue.messages().filter((m) => m.filing);
  expect([...kinds.keys()].sort()).toEqual(filings.map((m) => m.message).sort());
  const unasked = catalogue
    .messages()
    .filter((m) => m.direction === 'receive' && m.receiptOf === undefined && m.message !== 'CEB900Message');
  expect([...loadPushedKinds().keys()].sort()).toEqual(unasked.map((m) => m.message).sort());
});

test('every value of a draft is read from a field the order model has', () => {
  const known = new Set(loadFields().fields.map((f) => f.path));
  for (const kind of kinds.values())
    for (const path of JSON.stringify(kind.head).match(/order\.[\w.]+/g) ?? [])
      expect([kind.message, known.has(path.slice('order.'.length)) && path]).toEqual([kind.message, path]);
});

test('every required field of a filing is filled by its lists, asked of a person or made by the gateway', () => {
  const made = new Set([
    'guid',
    'appType',
    'appTime',
    'appStatus',
    'copNo',
    'coElNo',
    'msgCount',
    'msgSeqNo',
  ]);
  for (const kind of kinds.values()) {
    const open = [...kind.headFields.values()]
      .filter((f) => f.required && f.fixed === undefined && !made.has(f.name) && !(f.name in kind.head))
      .map((f) => f.name);
    expect([kind.message, ...open]).toEqual([kind.message]);
  }
});

test('every fault of this room is raised somewhere, and every one raised is catalogued', () => {
  const catalogued = [...loadFaultDefinitions().keys()].filter((code) => code.startsWith('L'));
  const sources = readdirSync(join(projectRoot, 'src', 'filings')).map((file) =>
    readFileSync(join(projectRoot, 'src', 'filings', file), 'utf8'),
  );
  const data = readdirSync(mappingPath('filings')).map((file) =>
    readFileSync(mappingPath('filings', file), 'utf8'),
  );
  const raised = new Set(
    [...sources, ...data].flatMap((text) => text.match(/(?<=['"])L\d{2}(?=['"])/g) ?? []),
  );
  expect([...raised].sort()).toEqual(catalogued.sort());
});

test('the producer is a merge rule only while the application says so', () => {
  const kind = kinds.get('CEB701Message')!;
  const ids = (flag: string, day: string) => mergeRules(kind, { summaryFlag: flag }, day).map((r) => r.id);
  expect(ids('2', '2026-11-20')).toContain('same-producer');
  expect(ids('1', '2026-11-20')).not.toContain('same-producer');
  expect(ids('2', '2018-12-31')).toEqual([]);
});

describe('a wrong mapping stops the start, naming file and field', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'filings-'));
    cpSync(mappingPath('filings'), dir, { recursive: true });
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  const withChange = (file: string, change: (data: Record<string, unknown>) => void) => {
    const path = join(dir, file);
    const before = readFileSync(path, 'utf8');
    const data = JSON.parse(before) as Record<string, unknown>;
    change(data);
    writeFileSync(path, JSON.stringify(data));
    try {
      return () => loadFilingKinds(catalogue, dir);
    } finally {
      queueMicrotask(() => writeFileSync(path, before));
    }
  };

  test('a field the message has not', () => {
    const load = withChange('CEB605.json', (d) => {
      (d.head as Record<string, unknown>).trafName = 'order.list.trafName';
    });
    expect(load).toThrow(/CEB605\.json.*trafName/);
  });

  test('a message that is no filing', () => {
    const load = withChange('CEB605.json', (d) => {
      d.message = 'CEB603Message';
    });
    expect(load).toThrow(/CEB605\.json.*CEB603Message/);
  });

  test('a path outside the fixed roots', () => {
    const load = withChange('CEB605.json', (d) => {
      (d.head as Record<string, unknown>).reason = 'process.env';
    });
    expect(load).toThrow();
  });
});
