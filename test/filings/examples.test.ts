import { afterAll, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../src/base/root.js';
import { loadCatalogue } from '../../src/messages/catalogue.js';
import { generateXsd } from '../../src/messages/xsd.js';
import { makeTestKeys } from '../../src/signing/makeKeys.js';
import { verifyMessage } from '../../src/signing/verify.js';
import { schemaObjection } from '../messages/judge.js';
import { startCommand } from '../support/commands.js';
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

test.each([...examples])(
  'gateway build makes a signed and valid message of %s offline',
  async (name, filing) => {
    const { keyPath, certPath } = makeTestKeys({
      suite: 'sm2-sm3',
      subject: 'filings',
      out: join(dir, 'keys', name),
      now: new Date(),
    });
    const out = join(dir, name);
    const built = startCommand(
      ['build', join(folder, name), '--out', out, '--key', keyPath, '--cert', certPath],
      {},
    );
    expect({ code: await built.ended, stderr: built.stderr() }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(built.stdout())).toMatchObject({ filings: 1, built: 1, signed: true });
    const [file, ...more] = readdirSync(out);
    expect(more).toEqual([]);
    const bytes = readFileSync(join(out, file!));
    expect(schemaObjection(generateXsd(catalogue), bytes.toString('utf8'))).toBeUndefined();
    expect((await verifyMessage(bytes)).ok).toBe(true);
    const [value] = Object.values(filing.data).filter((v) => typeof v === 'string');
    expect(bytes.toString('utf8')).toContain(`>${value}<`);
  },
);
