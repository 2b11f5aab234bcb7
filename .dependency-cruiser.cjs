/** Which folder may use which: arrows point one way, as docs/architecture.md draws them. */
const mayUse = {
  values: [],
  config: [],
  errors: [],
  metrics: [],
  audit: ['config', 'errors', 'metrics'],
  delivery: ['errors'],
  outbox: ['delivery', 'metrics'],
  filter: ['values', 'errors'],
  auth: ['surreal', 'audit', 'filter', 'values', 'config', 'errors', 'metrics'],
  surreal: ['values', 'config', 'metrics'],
  subscriptions: ['surreal', 'filter', 'values', 'delivery', 'auth', 'config', 'errors', 'metrics'],
  redis: ['config', 'errors', 'metrics'],
  channels: ['redis', 'values', 'delivery', 'errors', 'config', 'metrics'],
  health: ['redis', 'surreal', 'config'],
  session: [
    'surreal',
    'outbox',
    'subscriptions',
    'channels',
    'auth',
    'health',
    'delivery',
    'config',
    'errors',
    'metrics',
    'audit',
  ],
  realtime: ['session', 'subscriptions', 'channels', 'auth', 'delivery', 'filter', 'config', 'errors', 'metrics'],
  http: ['audit', 'session', 'subscriptions', 'channels', 'auth', 'surreal', 'health', 'config', 'errors', 'metrics'],
  asyncapi: ['channels', 'config'],
  page: ['surreal', 'auth', 'config'],
};

const folders = Object.entries(mayUse).map(([folder, others]) => ({
  name: `${folder}-uses-only-what-it-may`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: '\\.spec\\.ts$' },
  to: { path: '^src/', pathNot: [folder, ...others].map((other) => `^src/${other}/`) },
}));

module.exports = {
  forbidden: [
    ...folders,
    {
      name: 'no-cycles',
      comment: 'A circle of files can only be understood, and loaded, as one.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'protocol-depends-on-nothing',
      severity: 'error',
      from: { path: '^libs/protocol/src' },
      to: { pathNot: '^libs/protocol/src' },
    },
    {
      name: 'client-depends-on-the-protocol-only',
      severity: 'error',
      from: { path: '^libs/realtime-client/src', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^libs/(realtime-client|protocol)/' },
    },
    {
      name: 'libraries-know-no-service',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^src/' },
    },
    {
      name: 'no-development-dependencies-in-production',
      severity: 'error',
      from: { path: '^(src|libs/[^/]+/src)/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|/dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@edge-hive/source', 'import', 'node', 'default'],
    },
  },
};
