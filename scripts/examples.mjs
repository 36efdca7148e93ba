// Writes examples/ anew; run after `npm run build`. The orders are the same every time.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = resolve(root, process.env.GATEWAY_DIST ?? 'dist');
const { exampleFiles } = await import(pathToFileURL(join(dist, 'test/support/exampleFiles.js')).href);

mkdirSync(join(root, 'examples', 'shops'), { recursive: true });
for (const [name, content] of await exampleFiles()) writeFileSync(join(root, 'examples', name), content);

const { exampleFilings, exampleText } = await import(
  pathToFileURL(join(dist, 'test/support/exampleFilings.js')).href
);
mkdirSync(join(root, 'examples', 'filings'), { recursive: true });
for (const [name, filing] of exampleFilings())
  writeFileSync(join(root, 'examples', 'filings', name), exampleText(filing));
