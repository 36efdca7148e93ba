// Form, style, types and generated documentation of the whole project: everything is checked, everything wrong is shown, one exit code.
import { join } from 'node:path';
import { ensureBuilt, ensureDependencies } from './support/prepare.mjs';
import { root, runQuietly } from './support/run.mjs';

ensureDependencies();
ensureBuilt();
const bin = (...parts) => join(root, 'node_modules', ...parts);

const checks = [
  [
    'types, server',
    bin('typescript', 'bin', 'tsc'),
    '-p',
    'tsconfig.json',
    '--noEmit',
    '--incremental',
    'false',
  ],
  ['types, console', bin('typescript', 'bin', 'tsc'), '-p', 'src/console/tsconfig.json', '--noEmit'],
  ['form (prettier)', bin('prettier', 'bin', 'prettier.cjs'), '--check', '.'],
  ['style (eslint)', bin('eslint', 'bin', 'eslint.js'), '--max-warnings', '0', '.'],
  ['generated docs', join(root, 'dist', 'cli.js'), 'docs', '--check'],
];

const results = await Promise.all(
  checks.map(async ([name, ...command]) => {
    const { code, said } = await runQuietly(process.execPath, command);
    console.log(`${code === 0 ? '✓' : '✗'} ${name}`);
    return { name, code, said: said.trim() };
  }),
);
const wrong = results.filter((r) => r.code !== 0);
for (const { name, said } of wrong) console.error(`\n── ${name}\n${said}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
