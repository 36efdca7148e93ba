import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Command } from 'commander';
import { addReference } from '../../src/commands/reference.js';
import type { RegimeAdvice } from '../../src/checks/advise.js';
import { sampleOrders } from '../support/sampleOrders.js';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'reference-'));
});
afterEach(() => {
  process.exitCode = undefined;
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

/** Runs a command as the command line would; what it wrote, and its exit code. */
async function run(...args: string[]): Promise<{ out: string; err: string; code: unknown }> {
  const written = { out: '', err: '' };
  const { write: toOut } = process.stdout;
  const { write: toErr } = process.stderr;
  process.stdout.write = (text: string | Uint8Array) => Boolean((written.out += String(text)));
  process.stderr.write = (text: string | Uint8Array) => Boolean((written.err += String(text)));
  try {
    const program = new Command();
    addReference(program);
    await program.parseAsync(['node', 'gateway', ...args]);
  } finally {
    process.stdout.write = toOut;
    process.stderr.write = toErr;
  }
  return { ...written, code: process.exitCode };
}

describe('gateway fields', () => {
  test.each(['603', 'CEB603', 'CEB603Message', 'ceb603'])('%s names the message', async (name) => {
    const { out, code } = await run('fields', name, '--format', 'json');
    expect(code).toBeUndefined();
    expect((JSON.parse(out) as { path: string }[])[0]?.path).toBe('Inventory/InventoryHead/guid');
  });

  test('prints a table in either language', async () => {
    expect((await run('fields', '411')).out).toMatch(/^元素 +名称 +类型/);
    expect((await run('fields', '411', '--lang', 'en')).out).toMatch(/^Element +Name +Type/);
    expect((await run('fields', '411', '--format', 'md')).out).toMatch(/^# CEB411Message/);
  });

  test('is English throughout when asked in English, whatever the message', async () => {
    for (const message of ['603', '621', '701', '213', '604']) {
      // 无, 个 and 美国 are what a field may hold, not words about it.
      const { out } = await run('fields', message, '--lang', 'en');
      expect([message, out.replaceAll(/无|个|美国/g, '').match(/\p{Script=Han}+/u)?.[0]]).toEqual([
        message,
        undefined,
      ]);
    }
  });

  test('an unknown message, language or format is refused with those that there are', async () => {
    expect(await run('fields', '999')).toMatchObject({ code: 1, err: expect.stringContaining('303') });
    expect(await run('fields', '603', '--lang', 'fr')).toMatchObject({
      code: 1,
      err: expect.stringContaining('zh | en'),
    });
    expect(await run('fields', '603', '--format', 'pdf')).toMatchObject({
      code: 1,
      err: expect.stringContaining('json'),
    });
  });
});

describe('gateway docs', () => {
  test('writes a page for each message, and --check fails once one is stale, missing or left over', async () => {
    const pages = join(dir, 'docs', 'messages');
    const check = async () => (await run('docs', '--out', pages, '--check')).code;
    expect(await check()).toBe(1);
    process.exitCode = undefined;
    await run('docs', '--out', pages);
    expect(readdirSync(pages)).toHaveLength(43);
    expect(await check()).toBeUndefined();

    writeFileSync(
      join(pages, 'CEB603Message.md'),
      `${readFileSync(join(pages, 'CEB603Message.md'), 'utf8')}x`,
    );
    expect(await check()).toBe(1);
    process.exitCode = undefined;
    await run('docs', '--out', pages);
    writeFileSync(join(pages, 'CEB999Message.md'), 'x');
    expect(await check()).toBe(1);
    process.exitCode = undefined;
    await run('docs', '--out', pages);
    expect(await check()).toBeUndefined();

    const law = join(dir, 'docs', 'law-to-confirm.md');
    expect(readFileSync(law, 'utf8')).toContain('R414');
    writeFileSync(law, 'x');
    expect(await check()).toBe(1);
    process.exitCode = undefined;
    await run('docs', '--out', pages);
  });

  test('what nobody has read at its source is listed for a lawyer in both languages', async () => {
    const pages = join(dir, 'law', 'messages');
    await run('docs', '--out', pages);
    const zh = readFileSync(join(dir, 'law', 'law-to-confirm.zh.md'), 'utf8');
    const en = readFileSync(join(dir, 'law', 'law-to-confirm.md'), 'utf8');
    for (const id of ['9610-A-value', '9710-list-value', 'drones', 'R609', '1239', 'h2018-9710']) {
      expect(zh).toContain(`| ${id} |`);
      expect(en).toContain(`| ${id} |`);
    }
    expect(zh.split('\n').filter((line) => line.startsWith('| ')).length).toBe(
      en.split('\n').filter((line) => line.startsWith('| ')).length,
    );
  });
});

describe('gateway advise', () => {
  test('gives for every order of a file the regimes open to it', async () => {
    const file = join(dir, 'orders.json');
    writeFileSync(file, JSON.stringify([...sampleOrders({ count: 3, regime: '9710' })]));
    const { out, code } = await run('advise', file);
    const orders = JSON.parse(out) as { orderNo: string; advice: RegimeAdvice[] }[];
    expect(code).toBeUndefined();
    expect(orders).toHaveLength(3);
    for (const { advice } of orders)
      expect(advice.filter((a) => a.recommended).map((a) => a.regime)).toEqual(['9710']);
  });

  test('a file that holds no orders is refused', async () => {
    const file = join(dir, 'picture.json');
    writeFileSync(file, Buffer.from([0x89, 0x50, 0x4e, 0x47]));
    expect((await run('advise', file)).code).toBe(1);
  });
});
