// How jest runs a test file: jest-circus as it is, but Node itself loads the modules, once for all files of a worker; see
// docs/decisions/0059-node-loads-the-tests.md.
import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { offer } from './globals.mjs';

register('./resolve.mjs', import.meta.url);
const require = createRequire(import.meta.url);
const { default: circus } = require('jest-circus/runner');

/** Where jest-circus keeps the listeners of the file that runs. */
const LISTENERS = Symbol.for('EVENT_HANDLERS');

/** What jest-circus asks of jest's runtime, answered by Node. */
const runtime = {
  /** The part of jest-circus that collects the tests of a file: a new one for each. */
  requireInternalModule(path) {
    delete require.cache[path];
    delete globalThis[LISTENERS];
    return require(path);
  },
  requireModule: require,
  setGlobalsForRuntime: offer,
  unstable_shouldLoadAsEsm: () => true,
  unstable_importModule: (path) => import(pathToFileURL(path).href),
  enterTestCode() {},
  leaveTestCode() {},
};

/** Jest's contract of a `testRunner`; the runtime it brings along is left alone. No `await`: failures show the test's place, not this one. */
export default function runTestFile(globalConfig, config, environment, _itsRuntime, path, send) {
  const before = { ...process.env };
  return circus(globalConfig, config, environment, runtime, path, send).finally(() => {
    // No file finds settings that another one made.
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  });
}
