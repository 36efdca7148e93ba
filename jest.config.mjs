import { fileURLToPath } from 'node:url';

// Tests are compiled with the rest by tsc; jest runs the compiled files as they are.
const dist = process.env.GATEWAY_DIST ?? 'dist';

export default {
  rootDir: `${dist}/test`,
  testEnvironment: 'node',
  // The long forms (`npm run soak`) stand in files of their own.
  testMatch: [process.env.GATEWAY_SOAK ? '**/*.soak.js' : '**/*.test.js'],
  transform: {},
  testSequencer: fileURLToPath(new URL('scripts/support/sequencer.mjs', import.meta.url)),
  globalSetup: '<rootDir>/support/globalSetup.js',
  globalTeardown: '<rootDir>/support/globalTeardown.js',
  maxWorkers: process.env.GATEWAY_SOAK ? 1 : 2,
  testTimeout: process.env.GATEWAY_SOAK ? 3_600_000 : 60_000,
};
