#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { projectRoot } from './base/root.js';
import { addAccounts } from './commands/accounts.js';
import { addAwards } from './commands/awards.js';
import { addEvidence } from './commands/evidence.js';
import { addFigures } from './commands/figures.js';
import { addOffline } from './commands/offline.js';
import { addOperations } from './commands/operations.js';
import { addReference } from './commands/reference.js';
import { addRegisters } from './commands/registers.js';
import { addWarehouses } from './commands/warehouses.js';
import { addSellerFiles } from './commands/sellerFiles.js';
import { addTariff } from './commands/tariff.js';
import { addServices } from './commands/services.js';

const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string };

const program = new Command('gateway')
  .description('跨境电商单一窗口网关 / cross-border e-commerce single-window gateway')
  .version(manifest.version)
  .showHelpAfterError('（运行 gateway --help 查看用法 / see gateway --help）');

addServices(program);
addOperations(program);
addFigures(program);
addEvidence(program);
addOffline(program);
addAwards(program);
addReference(program);
addSellerFiles(program);
addRegisters(program);
addWarehouses(program);
addTariff(program);
addAccounts(program);

/** What still holds the process open after a command failed gets this long to end, in milliseconds. */
const LEFT_OVER_MS = 1_000;

await program.parseAsync();
if (process.exitCode) setTimeout(() => process.exit(), LEFT_OVER_MS).unref();
