// Installs, builds and runs the demo; what is passed goes to it (`npm run demo -- --once`).
import { join } from 'node:path';
import { ensureBuilt } from './support/prepare.mjs';
import { root, runToEnd } from './support/run.mjs';

ensureBuilt();
process.exitCode = await runToEnd(process.execPath, [
  join(root, 'dist', 'demo', 'run.js'),
  ...process.argv.slice(2),
]);
