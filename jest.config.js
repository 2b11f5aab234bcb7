import { availableParallelism } from 'node:os';

/** Two kinds of tests: unit tests beside their source, behaviour tests in test/ against real processes. */
const shared = {
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@edge-hive/source', 'node', 'node-addons'] },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
};

export default {
  // Gateways and databases are real processes: on a busy machine they take their time to start.
  testTimeout: 60_000,
  // They wait for processes, graces and clocks for half of their time.
  maxWorkers: availableParallelism() + 1,
  testSequencer: '<rootDir>/test/support/longest-first.mjs',
  projects: [
    {
      ...shared,
      displayName: 'unit',
      roots: ['<rootDir>/src', '<rootDir>/libs', '<rootDir>/page'],
      testRegex: '\\.spec\\.ts$',
    },
    {
      ...shared,
      displayName: 'behaviour',
      roots: ['<rootDir>/test'],
      testRegex: '\\.spec\\.ts$',
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
    },
  ],
};
