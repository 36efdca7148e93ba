import js from '@eslint/js';
import { readFileSync } from 'node:fs';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** The rooms of `src` in the order of the journey; `test/house/imports.test.ts` reads the same list. */
const { rooms } = JSON.parse(readFileSync(new URL('scripts/rooms.json', import.meta.url), 'utf8'));

/** Rooms below `src` that must not reach the adapters: only the commands put both together. */
const adaptersOnlyFromCommands = {
  group: ['**/adapters/**'],
  message: 'src reaches adapters only through its ports; src/commands puts them together.',
};

/** A room knows those before it in the list and none after it: no circle, no arrow upwards. */
const oneWay = rooms.flatMap((room, at) => {
  const later = rooms.slice(at + 1);
  const not = (up) => ({
    regex: `^${up}(${later.join('|')})(/|\\.js$)`,
    message: `${room} knows only the rooms before it in scripts/rooms.json.`,
  });
  const rule = (up) => [
    'error',
    {
      patterns: [
        ...(room === 'commands' ? [] : [adaptersOnlyFromCommands]),
        ...(later.length > 0 ? [not(up)] : []),
      ],
    },
  ];
  return [
    { files: [`src/${room}.ts`], rules: { 'no-restricted-imports': rule('\\./') } },
    { files: [`src/${room}/*.ts`], rules: { 'no-restricted-imports': rule('\\.\\./') } },
    { files: [`src/${room}/*/*.ts`], rules: { 'no-restricted-imports': rule('\\.\\./\\.\\./') } },
  ];
});

export default tseslint.config(
  { ignores: ['dist', 'data', '.cache', 'node_modules', 'coverage'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    languageOptions: { globals: globals.node },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  ...oneWay,
  {
    // What starts work and forgets it loses its errors: only types can tell.
    files: ['src/**/*.ts', 'adapters/**/*.ts'],
    ignores: ['src/console/**'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
    },
  },
  { files: ['src/console/**'], languageOptions: { globals: globals.browser } },
  { files: ['scripts/**', 'bench/**', 'demo/**'], rules: { 'no-console': 'off' } },
);
