import { fileURLToPath } from 'node:url';

// Tests are compiled with the rest by tsc; jest runs the compiled files as they are, loaded by Node.
const dist = process.env.GATEWAY_DIST ?? 'dist';
const support = (name) => fileURLToPath(new URL(`scripts/support/${name}.mjs`, import.meta.url));

export default {
  rootDir: `${dist}/test`,
  testEnvironment: support('jest/environment'),
  testRunner: support('jest/framework'),
  injectGlobals: false,
  // The long forms (`npm run soak`) stand in files of their own.
  testMatch: [process.env.GATEWAY_SOAK ? '**/*.soak.js' : '**/*.test.js'],
  transform: {},
  testSequencer: support('sequencer'),
  globalSetup: '<rootDir>/support/globalSetup.js',
  globalTeardown: '<rootDir>/support/globalTeardown.js',
  maxWorkers: process.env.GATEWAY_SOAK ? 1 : 2,
  testTimeout: process.env.GATEWAY_SOAK ? 3_600_000 : 60_000,
};
