// The long forms of the tests (`test/**/*.soak.ts`): hours of trouble in minutes. Arguments and last line as in `npm test`.
process.env.GATEWAY_SOAK = '1';
await import('./test.mjs');
