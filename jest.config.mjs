// Tests are compiled with the rest by tsc; jest runs the compiled files as they are.
const dist = process.env.GATEWAY_DIST ?? 'dist';

export default {
  rootDir: `${dist}/test`,
  testEnvironment: 'node',
  testMatch: ['**/*.test.js'],
  transform: {},
  globalSetup: '<rootDir>/support/globalSetup.js',
  globalTeardown: '<rootDir>/support/globalTeardown.js',
  maxWorkers: 2,
  testTimeout: 60_000,
};
