import { afterAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mappingPath } from '../../src/base/root.js';
import { startCommand } from '../support/commands.js';

const dir = mkdtempSync(join(tmpdir(), 'award-check-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const check = async (file: string) => {
  const command = startCommand(['award', 'check', file], { DATABASE_URL: 'postgres://nowhere.invalid/none' });
  const code = await command.ended;
  return { code, stdout: command.stdout(), stderr: command.stderr() };
};

test('gateway award check prints one JSON line a case and the count, and needs no database', async () => {
  const { code, stdout } = await check(mappingPath('policies', 'beibei-2019.cases.json'));
  const lines = stdout.trimEnd().split('\n');
  expect(lines.at(-1)).toMatch(/^\d+ passed, 0 failed$/);
  for (const line of lines.slice(0, -1))
    expect(Object.keys(JSON.parse(line) as object)).toEqual(['id', 'status', 'awardCny', 'arithmetic']);
  expect(lines.length).toBeGreaterThan(20);
  expect(code).toBe(0);
});

test('a case that fails ends with exit code 1; a case that cannot be read does not stop the others', async () => {
  const file = join(dir, 'wrong.json');
  const readings = { A23: 'in-force' };
  writeFileSync(
    file,
    JSON.stringify({
      baselineReading: readings,
      cases: [
        {
          id: 'X1',
          clauses: ['BB-12'],
          inputs: { retailUsd: '300000000' },
          expected: { status: 'award', awardCny: '1.00' },
        },
        { id: 'X2', clauses: 'BB-12' },
        {
          id: 'X3',
          clauses: ['BB-02'],
          inputs: { parkTitle: '国家级' },
          expected: { status: 'award', awardCny: '300000' },
        },
      ],
    }),
  );
  const { code, stdout } = await check(file);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('1 passed, 2 failed');
  expect(code).toBe(1);
});

test('a file that is no case file is refused with a fault, and nothing stands on stdout', async () => {
  const file = join(dir, 'none.json');
  writeFileSync(file, '{"cases": 3}');
  const { code, stdout, stderr } = await check(file);
  expect(stdout).toBe('');
  expect(stderr).toContain('W01');
  expect(code).toBe(1);
});
