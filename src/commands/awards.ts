import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { loadPolicies } from '../awards/book.js';
import { caseFileSchema, checkCases } from '../awards/check.js';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { action } from './print.js';

/** Commands about awards: checking worked cases needs no database. */
export function addAwards(program: Command): void {
  const award = program.command('award').description('奖励测算 / awards');
  award
    .command('check <cases>')
    .description(
      '用评审所用的同一引擎计算案例文件，每个案例一行 JSON / compute a file of worked cases, one JSON line each',
    )
    .action(action(async (file: string) => check(file)));
}

/** Reads JSON from a file; throws a fault of the given code when it cannot be read. */
export function readJson(file: string, code: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new FaultError([
      makeFault(code, file, { reason: error instanceof Error ? error.message : String(error) }),
    ]);
  }
}

function check(file: string): void {
  const parsed = caseFileSchema.safeParse(readJson(file, 'G01'));
  if (!parsed.success)
    throw new FaultError(
      parsed.error.issues.map((i) => makeFault('G01', i.path.join('.') || file, { reason: i.message })),
    );
  const checked = checkCases(loadPolicies(), parsed.data);
  for (const { line } of checked) process.stdout.write(`${JSON.stringify(line)}\n`);
  const failed = checked.filter((c) => c.passed === false).length;
  process.stdout.write(`${checked.filter((c) => c.passed === true).length} passed, ${failed} failed\n`);
  if (failed > 0) process.exitCode = 1;
}
