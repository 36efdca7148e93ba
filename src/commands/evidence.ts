import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { FaultError } from '../base/fault.js';
import { makeFault, notFoundFault } from '../base/faults.js';
import { evidenceArchive } from '../evidence/archive.js';
import { sealNotes } from '../evidence/chain.js';
import { listRoots, makeRoot } from '../evidence/roots.js';
import { verifyAudit } from '../evidence/verify.js';
import { operatorAccess } from './operator.js';
import { openForReading } from './open.js';
import { action, printJson } from './print.js';
import { declarationsByReference } from './references.js';

/** Commands of the audit chain and of evidence that others can check. */
export function addEvidence(program: Command): void {
  program
    .command('evidence <reference>')
    .description(
      '一票申报的证据压缩包，可不依赖本软件核验 / evidence of a declaration as a ZIP that can be checked without this program',
    )
    .option('--out <file>', '输出文件 / output file')
    .option('--force', '覆盖已有的文件 / replace a file that is there')
    .action(action(writeEvidence));

  const audit = program.command('audit').description('审计链 / the audit chain');
  audit
    .command('verify')
    .description('核对整条链及其所记的每一行，有不符即以 1 退出 / check the chain and every row it speaks of')
    .option(
      '--roots <file>',
      '另行保存的根（gateway audit roots 的输出）/ roots kept elsewhere, as gateway audit roots printed them',
    )
    .action(
      action(async (flags: { roots?: string }) => {
        const kept = flags.roots === undefined ? undefined : keptRoots(flags.roots);
        const gateway = await openForReading();
        try {
          const verdict = await verifyAudit(gateway.store, kept);
          printJson(verdict);
          if (!verdict.ok) process.exitCode = 1;
        } finally {
          await gateway.close();
        }
      }),
    );
  audit
    .command('roots')
    .description(
      '列出每日的根；请保存到别处 / the daily roots, one a line: number and hash; keep them elsewhere',
    )
    .option('--now', '先为尚未覆盖的记录生成一个根 / make a root over what none covers yet first')
    .action(
      action(async (flags: { now?: boolean }) => {
        const gateway = await openForReading();
        try {
          if (flags.now) {
            await sealNotes(gateway.store);
            await makeRoot(gateway.store);
          }
          for (const root of await listRoots(gateway.store))
            process.stdout.write(`${root.id}\t${root.hash}\t${root.madeAt}\t${root.fromSeq}-${root.toSeq}\n`);
        } finally {
          await gateway.close();
        }
      }),
    );
}

async function writeEvidence(reference: string, flags: { out?: string; force?: boolean }): Promise<void> {
  const gateway = await openForReading();
  try {
    const { tenants } = await operatorAccess(gateway);
    const found = await declarationsByReference(gateway, tenants, reference);
    const [id] = found;
    if (id === undefined) throw new FaultError([notFoundFault(`申报 ${reference} / declaration`)], 404);
    if (found.length > 1)
      throw new FaultError([
        makeFault('A04', 'REFERENCE', {
          reason: `有 ${found.length} 票申报符合，请用受理号：${found.join('、')} / ${found.length} declarations match, use one of these ids`,
        }),
      ]);
    const out = flags.out ?? `evidence-${id}.zip`;
    if (existsSync(out) && !flags.force)
      throw new FaultError([
        makeFault('A04', '--out', {
          reason: `${out} 已存在，覆盖请加 --force / is there already; --force replaces it`,
        }),
      ]);
    const archive = await evidenceArchive(gateway.store, tenants, id, gateway.clock);
    if (!archive) throw new FaultError([notFoundFault(`申报 ${reference} / declaration`)], 404);
    writeFileSync(out, archive, { mode: 0o600 });
    printJson({ declaration: id, file: out, bytes: archive.length });
  } finally {
    await gateway.close();
  }
}

/** Roots kept elsewhere: number and hash, the first two columns of a line. Throws FaultError (A04) for any other line. */
function keptRoots(file: string): Map<number, string> {
  const kept = new Map<number, string>();
  const lines = readFileSync(file, 'utf8').split(/\r?\n/);
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const [, id, hash] = /^(\d+)\s+([0-9a-f]{64})(?:\s|$)/.exec(line) ?? [];
    if (id === undefined || hash === undefined)
      throw new FaultError([
        makeFault('A04', '--roots', {
          reason: `第 ${i + 1} 行应为序号和 64 位十六进制散列 / line ${i + 1} should be a number and a hash of 64 hex digits`,
        }),
      ]);
    kept.set(Number(id), hash);
  }
  return kept;
}
