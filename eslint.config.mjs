import js from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** Rooms below `src` that must not reach the adapters: only the commands put both together. */
const adaptersOnlyFromCommands = {
  patterns: [
    {
      group: ['**/adapters/**'],
      message: 'src reaches adapters only through its ports; src/commands puts them together.',
    },
  ],
};

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
  {
    files: ['src/**/*.ts'],
    ignores: ['src/commands/**'],
    rules: { 'no-restricted-imports': ['error', adaptersOnlyFromCommands] },
  },
  {
    files: ['src/base/**', 'src/messages/**', 'src/signing/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            ...adaptersOnlyFromCommands.patterns,
            {
              group: [
                '**/store/**',
                '**/http/**',
                '**/declarations/**',
                '**/dispatch/**',
                '**/intake/**',
                '**/receipts/**',
              ],
              message: 'base, messages and signing know no store and no journey.',
            },
          ],
        },
      ],
    },
  },
  { files: ['src/console/**'], languageOptions: { globals: globals.browser } },
  { files: ['scripts/**', 'bench/**', 'demo/**'], rules: { 'no-console': 'off' } },
);
