// Compiles the server (tsc) and the console (vite), both at once. `--server` leaves the console out.
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, 'node_modules', '.bin', name);
/** Resolves with the exit code of a tool. */
const run = (command, ...args) =>
  new Promise((resolve, reject) => {
    spawn(bin(command), args, { cwd: root, stdio: 'inherit' })
      .once('error', reject)
      .once('exit', (code) => resolve(code ?? 1));
  });

mkdirSync(join(root, 'dist'), { recursive: true });
const tools = [run('tsc', '-p', 'tsconfig.json')];
if (!process.argv.includes('--server'))
  tools.push(run('vite', 'build', '-c', 'src/console/vite.config.ts', '--logLevel', 'warn'));
const failed = (await Promise.all(tools)).find((code) => code !== 0);
if (failed !== undefined) process.exit(failed);
const entry = join(root, 'dist', 'cli.js');
writeFileSync(entry, "#!/usr/bin/env node\nimport './src/cli.js';\n");
chmodSync(entry, 0o755);
