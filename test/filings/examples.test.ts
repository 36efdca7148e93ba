import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../src/base/root.js';
import { loadCatalogue } from '../../src/messages/catalogue.js';
import { generateXsd } from '../../src/messages/xsd.js';
import { makeTestKeys } from '../../src/signing/makeKeys.js';
import { verifyMessage } from '../../src/signing/verify.js';
import { schemaObjection } from '../messages/judge.js';
import { startCommand, type Command } from '../support/commands.js';
import { exampleFilings, exampleText } from '../support/exampleFilings.js';

const folder = join(projectRoot, 'examples', 'filings');
const dir = mkdtempSync(join(tmpdir(), 'filings-'));
afterAll(() => rmSync(dir, { recursive: true }));
const catalogue = loadCatalogue();
const examples = exampleFilings();

test('there is one example of every filing, as the script writes it', () => {
  const filings = catalogue.messages().filter((m) => m.filing);
  expect(readdirSync(folder).sort()).toEqual(filings.map((m) => `${m.message.slice(0, 6)}.json`).sort());
  for (const [name, filing] of examples)
    expect(readFileSync(join(folder, name), 'utf8')).toBe(exampleText(filing));
});

describe('gateway build, offline', () => {
  const out = join(dir, 'out');
  let built: Command;
  // All of them in one file and one process: what a process costs most is its start.
  beforeAll(async () => {
    const { keyPath, certPath } = makeTestKeys({
      suite: 'sm2-sm3',
      subject: 'filings',
      out: join(dir, 'keys'),
      now: new Date(),
    });
    const all = join(dir, 'filings.json');
    writeFileSync(all, JSON.stringify([...examples.values()]));
    built = startCommand(['build', all, '--out', out, '--key', keyPath, '--cert', certPath], {});
    await built.ended;
  });

  test('builds and signs every example', async () => {
    expect({ code: await built.ended, stderr: built.stderr() }).toEqual({ code: 0, stderr: '' });
    const { size } = examples;
    expect(JSON.parse(built.stdout())).toMatchObject({ filings: size, built: size, signed: true });
    expect(readdirSync(out)).toHaveLength(size);
  });

  test.each([...examples])('makes a signed and valid message of %s', async (_name, { messageType, data }) => {
    const [file, ...more] = readdirSync(out).filter((name) => name.startsWith(messageType));
    expect(more).toEqual([]);
    const bytes = readFileSync(join(out, file!));
    expect(schemaObjection(generateXsd(catalogue), bytes.toString('utf8'))).toBeUndefined();
    expect((await verifyMessage(bytes)).ok).toBe(true);
    const [value] = Object.values(data).filter((v) => typeof v === 'string');
    expect(bytes.toString('utf8')).toContain(`>${value}<`);
  });
});
