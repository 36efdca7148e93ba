import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { factRows, takeFacts } from '../registry/file.js';
import { readSheet } from '../sheets/read.js';
import { tableFormatOf, writeSheet } from '../sheets/write.js';
import { withGateway } from './open.js';
import { action, printFaults, printJson } from './print.js';

const ACTOR = 'cli';

/** Commands of what the committee keeps: the registry of enterprises. */
export function addRegisters(program: Command): void {
  const registry = program.command('registry').description('企业名录 / registry of enterprises');
  registry
    .command('import <file>')
    .description('从 Excel 或 CSV 导入登记事项 / import facts from Excel or CSV')
    .option('--kind <kind>', '整份文件的登记事项 / the kind of every row')
    .option('--source <text>', '整份文件的来源 / the source of every row')
    .action(
      action(async (file: string, flags: { kind?: string; source?: string }) =>
        withGateway(async (gateway) => {
          const { registryKinds, sheets } = gateway.rulebook;
          const read = await readSheet(
            readFileSync(file),
            basename(file),
            sheets.registry,
            gateway.readOptions.columns,
            { ...flags },
          );
          const { faults, attributed, ...taken } = await takeFacts(gateway.store, read, registryKinds, ACTOR);
          const recounted = await gateway.recount(attributed);
          printFaults(faults);
          printJson({ ...taken, recounted, refused: faults.length, unread: read.unread });
          if (faults.length > 0) process.exitCode = 1;
        }),
      ),
    );
  registry
    .command('export <file>')
    .description('导出为 .xlsx 或 .csv / write the registry as .xlsx or .csv')
    .option('--kind <kind>', '只导出一种事项 / one kind only')
    .action(
      action(async (file: string, flags: { kind?: string }) =>
        withGateway(async (gateway) => {
          const { registryKinds, sheets } = gateway.rulebook;
          const rows = await factRows(gateway.store, registryKinds, {
            ...(flags.kind !== undefined && { kind: registryKinds.named(flags.kind)?.id ?? flags.kind }),
          });
          writeFileSync(file, await writeSheet(rows, sheets.registry, tableFormatOf(file)));
          printJson({ file, facts: rows.length });
        }),
      ),
    );
}
