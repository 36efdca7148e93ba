// Installs, builds and runs the tests; what is passed goes to jest (`npm test -- signing`). The last line is always
// `N passed, N failed`. The tests start and stop a PostgreSQL of their own. `npm run soak` runs the long forms the same way.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ensureBuilt } from './support/prepare.mjs';
import { root, runToEnd } from './support/run.mjs';
import { ensureTools } from './support/tools.mjs';

// Whatever stops the run before jest reports (a missing tool, a failed build) counts as one failure.
let counted = { passed: 0, failed: 1 };
process.on('exit', () => console.log(`\n${counted.passed} passed, ${counted.failed} failed`));

const chromium = ensureTools();
ensureBuilt();

const report = join(root, '.cache', 'jest.json');
mkdirSync(dirname(report), { recursive: true });
rmSync(report, { force: true });

const code = await runToEnd(
  process.execPath,
  [
    join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
    '--config=jest.config.mjs',
    '--json',
    `--outputFile=${report}`,
    ...process.argv.slice(2),
  ],
  { env: { ...process.env, CHROMIUM_PATH: chromium } },
);

counted = readReport();
process.exitCode = code !== 0 ? code : counted.failed > 0 ? 1 : 0;

/** Counts of the run; a test file that could not even be loaded counts as one failure, and so does a run without a report. */
function readReport() {
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const result = JSON.parse(readFileSync(report, 'utf8'));
  for (const file of result.testResults)
    if (file.status === 'failed') console.log(`failed: ${relative(root, file.name)}`);
  const left = result.numPendingTests + result.numTodoTests;
  if (left > 0) console.log(`${left} tests were left out`);
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  return { passed: result.numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed };
}
