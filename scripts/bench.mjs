// Builds and runs the measurements: `npm run bench` lists and runs all, `npm run bench intake 100000` runs one with
// what is passed after its name.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ensureBuilt } from './support/prepare.mjs';
import { root, runToEnd } from './support/run.mjs';

const known = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => basename(file, '.ts'))
  .sort();
const [wanted, ...args] = process.argv.slice(2);
if (wanted !== undefined && !known.includes(wanted)) {
  console.error(`There is no measurement "${wanted}"; there are: ${known.join(', ')}`);
  process.exit(1);
}

ensureBuilt();
for (const name of wanted === undefined ? known : [wanted]) {
  console.log(`── ${name}`);
  const code = await runToEnd(process.execPath, [
    '--expose-gc',
    join(root, 'dist', 'bench', `${name}.js`),
    ...args,
  ]);
  if (code !== 0) process.exitCode = code;
}
