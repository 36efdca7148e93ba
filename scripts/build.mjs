// Compiles the server (tsc) and the console (vite). `--server` leaves the console out.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, 'node_modules', '.bin', name);
const run = (command, ...args) => {
  const { status, error } = spawnSync(bin(command), args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
};

run('tsc', '-p', 'tsconfig.json');
mkdirSync(join(root, 'dist'), { recursive: true });
const entry = join(root, 'dist', 'cli.js');
writeFileSync(entry, "#!/usr/bin/env node\nimport './src/cli.js';\n");
chmodSync(entry, 0o755);
if (!process.argv.includes('--server'))
  run('vite', 'build', '-c', 'src/console/vite.config.ts', '--logLevel', 'warn');
