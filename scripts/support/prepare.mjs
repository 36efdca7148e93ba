// What every script needs first: the installed packages and the compiled program, each made only when it is not there
// or older than what it is made from. Runs on plain Node, before anything is installed.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must, root } from './run.mjs';

const OLDEST_NODE = [20, 19];
const SERVER_FOLDERS = ['src', 'adapters', 'test', 'bench', 'demo'];
// The console bundles code tables, filings and messages; what the server needs of the mappings it reads at run time.
const BUILD_INPUTS = [
  ...SERVER_FOLDERS,
  'mappings',
  'scripts/build.mjs',
  'tsconfig.json',
  'package-lock.json',
];

/** Ends with a plain word when Node is too old to run the project. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  console.error(`Node ${OLDEST_NODE.join('.')} or newer is needed, this is ${process.versions.node}.`);
  process.exit(1);
}

/** Installs exactly what package-lock.json names, unless that is what is installed already. */
export function ensureDependencies() {
  requireNode();
  const lock = join(root, 'package-lock.json');
  const installed = join(root, 'node_modules', '.package-lock.json');
  const stamp = join(root, 'node_modules', '.installed-from');
  const hash = createHash('sha256').update(readFileSync(lock)).digest('hex');
  // The stamp knows contents; without one (somebody ran `npm ci` by hand) the times decide.
  if (existsSync(stamp) && existsSync(installed)) {
    if (readFileSync(stamp, 'utf8') === hash) return;
  } else if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log('Installing packages (npm ci) …');
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  // No package reports home from its install script.
  const env = { ...process.env, SCARF_ANALYTICS: 'false' };
  const npm = process.env.npm_execpath;
  if (npm && /\.c?js$/.test(npm)) must(process.execPath, [npm, ...args], { env });
  else must('npm', args, { env, shell: process.platform === 'win32' });
  writeFileSync(stamp, hash);
}

/** Compiles server and console, unless both are newer than every source. */
export function ensureBuilt() {
  ensureDependencies();
  dropOrphans();
  const made = [join(root, 'dist', 'cli.js'), join(root, 'dist', 'console', 'index.html')];
  const builtAt = Math.min(...made.map((file) => (existsSync(file) ? statSync(file).mtimeMs : 0)));
  const changedAt = Math.max(...BUILD_INPUTS.map((name) => newest(join(root, name))));
  if (builtAt > changedAt) return;
  console.log('Building …');
  // The compiler skips what it believes is up to date, even when somebody emptied a part of dist.
  if (builtAt === 0) rmSync(join(root, 'dist'), { recursive: true, force: true });
  must(process.execPath, [join(root, 'scripts', 'build.mjs')]);
}

/** The newest change below a path; folders count too, so that a removed file is noticed. */
function newest(path) {
  if (!existsSync(path)) return 0;
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), mtimeMs);
}

/** Removes compiled files whose source is gone: the compiler leaves them, and jest would go on running them. */
function dropOrphans() {
  for (const folder of SERVER_FOLDERS) {
    const compiled = join(root, 'dist', folder);
    if (!existsSync(compiled)) continue;
    for (const name of readdirSync(compiled, { recursive: true, encoding: 'utf8' })) {
      if (!/\.js(\.map)?$/.test(name)) continue;
      if (!existsSync(join(root, folder, name.replace(/\.js(\.map)?$/, '.ts')))) rmSync(join(compiled, name));
    }
  }
}
