import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { awardRegister } from '../registry/awardInputs.js';
import { z } from 'zod';
import { loadPolicies } from '../awards/book.js';
import { caseFileSchema, checkCases } from '../awards/check.js';
import { readChoices } from '../awards/readings.js';
import { policyOf } from '../awards/rounds.js';
import { runAwards } from '../awards/run.js';
import { dayOf, systemClock } from '../base/clock.js';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { momentOf } from '../figures/moment.js';
import { indicatorsView } from '../views/indicators.js';
import { openForReading, openGateway } from './open.js';
import { action, printJson } from './print.js';

interface ComputeFlags {
  policy: string;
  period: string;
  readings: string;
  inputs?: string;
  clause?: string[];
}

const givenSchema = z.record(z.string(), z.record(z.string(), z.unknown()));

/** Commands about awards: checking worked cases needs no database. */
export function addAwards(program: Command): void {
  const award = program.command('award').description('奖励测算 / awards');
  award
    .command('check <cases>')
    .description(
      '用评审所用的同一引擎计算案例文件，每个案例一行 JSON / compute a file of worked cases, one JSON line each',
    )
    .action(action(async (file: string) => check(file)));
  award
    .command('compute')
    .description('用数据库中的记录测算一份政策 / compute a policy from the records of the database')
    .requiredOption('--policy <id>', '政策，例如 qianjiang-2023 / policy')
    .requiredOption('--period <year>', '年度 / year')
    .requiredOption('--readings <file>', '读法文件（JSON，{"A15": "net-original", …}）/ file of readings')
    .option('--inputs <file>', '按企业填报的数据（JSON）/ given figures by enterprise')
    .option('--clause <ids...>', '只算这些条款 / only these clauses')
    .action(action(compute));
  program
    .command('indicators')
    .description('规划指标：基期、目标、实际 / indicators of the plans: baseline, target, actual')
    .option('--year <year>', '年度 / year', dayOf(systemClock.now()).slice(0, 4))
    .action(action(showIndicators));
}

/** Prints the indicators of a year as the API shows them to the operator. */
async function showIndicators(flags: { year: string }): Promise<void> {
  if (!/^20\d{2}$/.test(flags.year)) throw new FaultError([makeFault('A04', '--year', { reason: 'yyyy' })]);
  const gateway = await openForReading();
  try {
    const { store, rulebook, catalogue } = gateway;
    const tenants = (await store.query<{ id: string }>('select id from tenants')).rows.map((r) => r.id);
    const question = { tenants, year: Number(flags.year), today: dayOf(systemClock.now()) };
    printJson(await indicatorsView(store, rulebook.indicators, catalogue.codes, question));
  } finally {
    await gateway.close();
  }
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
  const parsed = caseFileSchema.safeParse(readJson(file, 'W01'));
  if (!parsed.success)
    throw new FaultError(
      parsed.error.issues.map((i) => makeFault('W01', i.path.join('.') || file, { reason: i.message })),
    );
  const checked = checkCases(loadPolicies(), parsed.data);
  for (const { line } of checked) process.stdout.write(`${JSON.stringify(line)}\n`);
  const failed = checked.filter((c) => c.passed === false).length;
  process.stdout.write(`${checked.filter((c) => c.passed === true).length} passed, ${failed} failed\n`);
  if (failed > 0) process.exitCode = 1;
}

/** Prints what every candidate gets, with readings, arithmetic and the digest of the records; stores nothing. */
async function compute(flags: ComputeFlags): Promise<void> {
  const year = /^\d{4}$/.test(flags.period) ? Number(flags.period) : NaN;
  if (!Number.isInteger(year)) throw new FaultError([makeFault('A04', '--period', { reason: 'yyyy' })]);
  const raw = readJson(flags.readings, 'W07');
  const block = z
    .looseObject({ baselineReading: z.record(z.string(), z.unknown()).optional() })
    .safeParse(raw);
  if (!block.success)
    throw new FaultError([
      makeFault('W07', flags.readings, { reason: block.error.issues[0]?.message ?? '' }),
    ]);
  const given = flags.inputs ? givenSchema.safeParse(readJson(flags.inputs, 'W07')) : undefined;
  if (given && !given.success)
    throw new FaultError([
      makeFault('W07', flags.inputs ?? '', { reason: given.error.issues[0]?.message ?? '' }),
    ]);
  const gateway = await openGateway();
  try {
    const book = gateway.rulebook.policies;
    const policy = policyOf(book, flags.policy);
    const { choices, unread } = readChoices(book, block.data.baselineReading ?? block.data);
    if (unread.length > 0)
      throw new FaultError(
        unread.map((u) => makeFault('W07', flags.readings, { reason: `${u.zh} / ${u.en}` })),
      );
    const asOf = await momentOf(gateway.store);
    const { lines, pot } = await runAwards(
      { db: gateway.store, book, rates: gateway.rates, register: awardRegister(gateway.store) },
      {
        policy,
        year,
        clauses: flags.clause ?? [],
        choices,
        given: new Map(Object.entries(given?.data ?? {}).map(([k, inputs]) => [k, { name: '', inputs }])),
        asOf,
        tenants: (await gateway.store.query<{ id: string }>('select id from tenants')).rows.map((r) => r.id),
      },
    );
    printJson({
      policy: policy.id,
      version: policy.version,
      status: policy.status,
      year,
      asOf: asOf.toISOString(),
      readings: Object.fromEntries(choices),
      lines,
      pot,
    });
  } finally {
    await gateway.close();
  }
}
