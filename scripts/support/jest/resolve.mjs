// Leads `@jest/globals`, which jest answers only in a module system of its own, to ours.
const globals = new URL('./globals.mjs', import.meta.url).href;

export const resolve = (specifier, context, next) =>
  specifier === '@jest/globals' ? { url: globals, shortCircuit: true } : next(specifier, context);
