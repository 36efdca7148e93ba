import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { month7, systemClock } from '../base/clock.js';
import { FaultError } from '../base/fault.js';
import { makeFault, notFoundFault } from '../base/faults.js';
import { auditFigures } from '../figures/audit.js';
import { cellDimensions, dimensionsOf } from '../figures/dimensions.js';
import { foldBatches } from '../figures/fold.js';
import { loadCountryGroups } from '../figures/rule.js';
import { takeHistory } from '../figures/takeHistory.js';
import { addTurnover, readTurnoverCsv } from '../figures/turnover.js';
import type { Gateway } from '../gateway.js';
import { monthSchema } from '../terms/month.js';
import { readSheet } from '../sheets/read.js';
import { figures } from '../views/figures/figures.js';
import {
  freeze,
  lastMonth,
  listSnapshots,
  monthlyReport,
  snapshotFile,
  snapshotSignatures,
} from '../views/figures/snapshots.js';
import { totals } from '../views/figures/totals.js';
import { openForReading } from './open.js';
import { action, printFaults, printJson } from './print.js';

interface TotalsFlags {
  from: string;
  to: string;
  seller?: string;
  by?: string;
  asOf?: string;
  direction: string;
  yearOnYear?: boolean;
  where: string[];
}

/** Commands of the figures: totals, and what keeps and proves them. */
export function addFigures(program: Command): void {
  const known = dimensionsOf(loadCountryGroups()).join(', ');
  program
    .command('totals')
    .description('已结关货物的统计 / figures of what customs cleared')
    .option('--from <month>', '起始月份 yyyy-MM / first month', month7(systemClock.now()))
    .option('--to <month>', '截止月份 / last month', month7(systemClock.now()))
    .option('--seller <code>', '企业代码 / enterprise')
    .option('--by <dimensions>', `分组，逗号分隔 / group by, with commas: ${known}`)
    .option('--where <dimension=values>', '筛选，可重复 / narrow to values, may be repeated', collect, [])
    .option(
      '--direction <E|I|all>',
      '出口、进口或全部（与 --by 一起用）/ exports, imports or both (with --by)',
      'E',
    )
    .option('--year-on-year', '与上年同期相比（与 --by 一起用）/ beside the year before (with --by)')
    .option('--as-of <moment>', '过去某一时刻的数据，ISO 8601 / as the figures stood at a past moment')
    .action(action(showTotals));

  const group = program
    .command('figures')
    .description('统计数据的核对、快照与维护 / audit, snapshots and upkeep of figures');
  group
    .command('audit')
    .description('用 SQL 重新计数并核对，有差异时退出码为 1 / recount in SQL; exits 1 on any difference')
    .action(
      action(async () => {
        await withGateway(async ({ store }) => {
          const audit = await auditFigures(store);
          printJson(audit);
          if (audit.differences.length > 0) process.exitCode = 1;
        });
      }),
    );
  group
    .command('fold')
    .description(
      '把已提交的增量并入汇总，数字不变 / fold committed deltas into the rollups; no number changes',
    )
    .action(
      action(async () => {
        await withGateway(async ({ store }) => {
          let folded = 0;
          for (let n = 1; n > 0; folded += n) n = await foldBatches(store);
          printJson({ folded });
        });
      }),
    );
  group
    .command('report')
    .description('生成并冻结月报（已有则不变）/ make and freeze the report of a month, unless it is there')
    .option(
      '--month <month>',
      '月份 yyyy-MM；默认上月 / the month before this one',
      lastMonth(systemClock.now()),
    )
    .action(
      action(async (flags: { month: string }) => {
        demandMonths({ month: flags.month });
        await withGateway(async (gateway) => {
          const made = await monthlyReport(gateway.store, gateway.figures, flags.month, 'cli');
          const { items } = await listSnapshots(gateway.store, { limit: 200 });
          printJson({
            made: made !== undefined,
            snapshot: items.find((s) => s.kind === 'monthly' && s.name === flags.month),
          });
        });
      }),
    );
  group
    .command('freeze <name>')
    .description('冻结一个快照 / freeze a snapshot')
    .requiredOption('--from <month>', '起始月份 yyyy-MM / first month')
    .requiredOption('--to <month>', '截止月份 / last month')
    .option('--final', '正式数 / as final')
    .action(
      action(async (name: string, flags: { from: string; to: string; final?: boolean }) => {
        demandMonths({ from: flags.from, to: flags.to });
        await withGateway(async (gateway) => {
          const { from, to } = flags;
          const status = flags.final ? 'final' : 'preliminary';
          const id = await freeze(gateway.store, gateway.figures, {
            kind: 'named',
            name,
            status,
            from,
            to,
            chosen: {},
            by: 'cli',
          });
          printJson((await listSnapshots(gateway.store, { id, limit: 1 })).items[0]);
        });
      }),
    );
  group
    .command('history <file>')
    .description('导入历史清关数据（Excel 或 CSV）/ take in historical clearance data (Excel or CSV)')
    .requiredOption('--source <text>', '数据来源 / who made the file, and from what')
    .action(
      action(async (file: string, flags: { source: string }) => {
        const bytes = read(file);
        await withGateway(async (gateway) => {
          const { sheets } = gateway.rulebook;
          const name = basename(file);
          const sheet = await readSheet(bytes, name, sheets.history, gateway.readOptions.columns);
          const { faults, ...taken } = await takeHistory(
            gateway.store,
            gateway.journey.historyParts(),
            { name, sha256: createHash('sha256').update(bytes).digest('hex'), source: flags.source },
            sheet,
            'cli',
          );
          printFaults(faults);
          printJson({ ...taken, refused: faults.length, unread: sheet.unread });
          if (faults.length > 0) process.exitCode = 1;
        });
      }),
    );
  group
    .command('export <snapshot>')
    .description(
      '导出快照的交换文件、签名与字段说明，逐一核对摘要 / write the files of a snapshot with signatures and field dictionary',
    )
    .requiredOption('--out <folder>', '目标文件夹 / folder')
    .action(action(exportSnapshot));
  group
    .command('turnover <file>')
    .description('导入平台报送的交易额 CSV / import turnover as platforms report it, CSV')
    .action(
      action(async (file: string) => {
        const bytes = read(file);
        const rows = readTurnoverCsv(bytes.toString('utf8'));
        await withGateway(async ({ store, rates }) => {
          const hash = hashOf(bytes);
          printJson({ rows: rows.length, added: await addTurnover(store, rates, rows, 'cli', hash) });
        });
      }),
    );
}

/**
 * Writes the exchange files of a frozen snapshot for the city's platform: the exact frozen bytes, their detached signatures and the
 * field dictionary in force. A file whose hash is not the one kept is not written (A04).
 */
async function exportSnapshot(id: string, flags: { out: string }): Promise<void> {
  await withGateway(async ({ store, figures: { dictionary } }) => {
    const [snapshot] = z.uuid().safeParse(id).success
      ? (await listSnapshots(store, { id, limit: 1 })).items
      : [];
    if (!snapshot) throw new FaultError([notFoundFault('快照 / snapshot')], 404);
    mkdirSync(flags.out, { recursive: true });
    const written: { file: string; sha256: string }[] = [];
    const write = (name: string, bytes: Buffer) => {
      writeFileSync(join(flags.out, name), bytes);
      written.push({ file: name, sha256: hashOf(bytes) });
    };
    for (const { name, sha256 } of snapshot.files) {
      const bytes = await snapshotFile(store, snapshot.id, name === 'export.json' ? 'json' : 'csv');
      if (!bytes || hashOf(bytes) !== sha256)
        throw new FaultError([
          makeFault('A04', name, { reason: '摘要与冻结时不符 / the hash is not the one kept' }, sha256),
        ]);
      write(name, bytes);
    }
    const signatures = await snapshotSignatures(store, snapshot.id);
    write('signatures.json', Buffer.from(JSON.stringify(signatures, null, 1)));
    write('dictionary.json', Buffer.from(JSON.stringify(dictionary, null, 1)));
    printJson({ snapshot: snapshot.id, name: snapshot.name, revision: snapshot.revision, written });
  });
}

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** The bytes of a file; A04 when it cannot be read. */
function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    throw new FaultError([
      makeFault('A04', 'FILE', { reason: '无法读取该文件 / the file cannot be read' }, file),
    ]);
  }
}

const collect = (value: string, before: string[]) => [...before, value];

async function withGateway(work: (gateway: Gateway) => Promise<void>): Promise<void> {
  const gateway = await openForReading();
  try {
    await work(gateway);
  } finally {
    await gateway.close();
  }
}

function demandMonths(months: Readonly<Record<string, string>>): void {
  const faults = Object.entries(months).flatMap(([name, value]) => {
    const parsed = monthSchema.safeParse(value);
    return parsed.success
      ? []
      : [makeFault('A04', `--${name}`, { reason: parsed.error.issues[0]?.message ?? '' }, value)];
  });
  if (faults.length > 0) throw new FaultError(faults);
}

async function showTotals(flags: TotalsFlags): Promise<void> {
  demandMonths({ from: flags.from, to: flags.to });
  const asOf = flags.asOf === undefined ? undefined : new Date(flags.asOf);
  if (asOf && Number.isNaN(asOf.getTime()))
    throw new FaultError([
      makeFault('A04', '--as-of', { reason: '不是 ISO 8601 时间 / no ISO 8601 moment' }, flags.asOf),
    ]);
  await withGateway(async (gateway) => {
    const { store, rates, catalogue } = gateway;
    const tenants = (await store.query<{ id: string }>('select id from tenants')).rows.map((r) => r.id);
    if (flags.by === undefined && flags.where.length === 0) {
      const { from, to, seller } = flags;
      const query = { from, to, ...(seller === undefined ? {} : { seller }) };
      printJson(
        await totals(store, tenants, query, rates, catalogue.codes, gateway.figures.countingRule, asOf),
      );
      return;
    }
    const chosen: Record<string, string[]> =
      flags.direction === 'all' ? {} : { direction: [flags.direction] };
    if (flags.seller !== undefined) chosen.enterprise = [flags.seller];
    for (const condition of flags.where) {
      const [dimension = '', values] = condition.split('=', 2);
      if (values === undefined)
        throw new FaultError([
          makeFault(
            'A04',
            '--where',
            { reason: `写作 维度=值 / is dimension=value: ${cellDimensions.join(', ')}` },
            condition,
          ),
        ]);
      chosen[dimension] = values.split(',');
    }
    const by = (flags.by ?? 'month').split(',').map((d) => d.trim());
    printJson(
      await figures(store, gateway.figures, tenants, {
        from: flags.from,
        to: flags.to,
        by,
        chosen,
        asOf,
        yearOnYear: flags.yearOnYear ?? false,
      }),
    );
  });
}
