const { readdirSync } = require('node:fs');

/** Which folder of src/ may use which: arrows point one way, as docs/architecture.md draws them. */
const folders = {
  values: [],
  config: [],
  errors: [],
  metrics: [],
  audit: ['config', 'errors', 'metrics'],
  delivery: ['errors'],
  outbox: ['delivery', 'metrics'],
  filter: ['values', 'errors'],
  auth: ['surreal', 'audit', 'filter', 'values', 'config', 'errors', 'metrics'],
  surreal: ['values', 'delivery', 'config', 'metrics'],
  rights: ['surreal', 'auth', 'filter', 'values', 'config', 'errors', 'metrics'],
  subscriptions: ['rights', 'surreal', 'filter', 'values', 'delivery', 'auth', 'config', 'errors', 'metrics'],
  redis: ['config', 'errors', 'metrics'],
  channels: ['redis', 'values', 'delivery', 'errors', 'config', 'metrics'],
  health: ['redis', 'surreal', 'config'],
  session: [
    'rights',
    'filter',
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
  control: ['session', 'subscriptions', 'channels', 'redis', 'auth', 'config', 'errors', 'metrics'],
  realtime: [
    'audit',
    'rights',
    'session',
    'subscriptions',
    'channels',
    'auth',
    'delivery',
    'filter',
    'config',
    'errors',
    'metrics',
  ],
  http: [
    'audit',
    'control',
    'session',
    'subscriptions',
    'channels',
    'auth',
    'surreal',
    'health',
    'config',
    'errors',
    'metrics',
  ],
  asyncapi: ['channels', 'config'],
  page: ['http', 'surreal', 'auth', 'config'],
  workers: [
    'health',
    'control',
    'session',
    'channels',
    'redis',
    'auth',
    'surreal',
    'values',
    'config',
    'errors',
    'metrics',
  ],
};

/** Which room of a folder may use which. What lies beside the rooms may use all of them; of it they use what is named. */
const rooms = {
  'auth/addresses': [],
  'auth/tokens': ['addresses'],
  'auth/policy': ['tokens'],
  'config/themes': ['setting.ts', 'is-database-url.ts', 'is-origin-list.ts', 'is-redis-url.ts'],
  'channels/history': ['broker.ts', 'owner.ts', 'shares.ts', 'share-levels.ts'],
  'channels/presence': ['broker.ts', 'shares.ts', 'iso-clock.ts', 'backlog.ts', 'channel-data.ts'],
  'channels/redis': ['presence', 'broker.ts', 'channel-cursor.ts'],
  'realtime/frames': [],
  'rights/asking': [],
  'rights/expression': [],
  'subscriptions/asked': [],
  'surreal/changes': [],
  'surreal/entries': ['changes'],
  'surreal/connection': ['entries'],
  'surreal/sign-in': ['connection'],
  'surreal/live': ['changes', 'connection'],
  'surreal/feed': ['changes', 'entries', 'connection', 'live'],
  'surreal/tables': ['connection', 'feed'],
  'workers/link': [],
  'workers/supervisor': ['link', 'place.ts'],
  'workers/worker': ['link'],
};

/** The same of the client library. */
const clientRooms = {
  connection: [],
  subscriptions: ['connection'],
  tables: ['subscriptions'],
  presence: ['connection', 'subscriptions'],
  channels: ['connection', 'subscriptions', 'presence'],
  authentication: ['connection', 'channels'],
};

/** What runs apart from the service, or around it, and what each of these may use of the others. */
const around = {
  page: ['src/page', 'libs'],
  'test/support': ['src', 'dist', 'libs'],
  chaos: ['test/support', 'libs'],
  fuzz: ['chaos', 'test/support', 'libs'],
  bench: ['dist', 'libs'],
  examples: ['src', 'libs'],
};

const within = (place) => (place.endsWith('.ts') ? `^${place}$` : `^${place}/`);

/** What may be used of all that lies in some places. Specs may use anything. */
function arrows(from, places, allowed) {
  return {
    name: `${from}-uses-only-what-it-may`,
    severity: 'error',
    from: { path: `^${from}/`, pathNot: '\\.spec\\.ts$' },
    to: { path: places.map(within), pathNot: [from, ...allowed].map(within) },
  };
}

const ofFolders = Object.entries(folders).map(([folder, others]) =>
  arrows(
    `src/${folder}`,
    ['src'],
    others.map((other) => `src/${other}`),
  ),
);

const ofRooms = Object.entries(rooms).map(([room, others]) => {
  const [folder] = room.split('/');
  return arrows(
    `src/${room}`,
    [`src/${folder}`],
    others.map((other) => `src/${folder}/${other}`),
  );
});

const client = 'libs/realtime-client/src';
const ofClientRooms = Object.entries(clientRooms).map(([room, others]) =>
  arrows(
    `${client}/${room}`,
    Object.keys(clientRooms).map((other) => `${client}/${other}`),
    others.map((other) => `${client}/${other}`),
  ),
);

const ofAround = Object.entries(around).map(([folder, others]) =>
  arrows(folder, ['src', 'dist', 'libs', ...Object.keys(around)], others),
);

/** What has no entry would be bound by no rule. */
function checkComplete(parent, table) {
  for (const entry of readdirSync(`${__dirname}/src/${parent}`, { withFileTypes: true })) {
    const name = `${parent}${entry.name}`;
    const holdsCode =
      entry.isDirectory() && readdirSync(`${__dirname}/src/${name}`).some((file) => file.endsWith('.ts'));
    if (holdsCode && !(name in table)) throw new Error(`.dependency-cruiser.cjs doesn't say what src/${name} may use`);
  }
}

checkComplete('', folders);
for (const folder of Object.keys(folders)) checkComplete(`${folder}/`, rooms);

module.exports = {
  forbidden: [
    ...ofFolders,
    ...ofRooms,
    ...ofClientRooms,
    ...ofAround,
    {
      name: 'the-service-knows-nothing-around-it',
      severity: 'error',
      from: { path: '^(src|libs)/', pathNot: '\\.spec\\.ts$|^libs/[^/]+/test/' },
      to: { path: '^(page|test|chaos|fuzz|bench|examples)/' },
    },
    {
      name: 'no-cycles',
      comment: 'A circle of files can only be understood as one, if only types make it.',
      severity: 'error',
      from: {},
      to: { circular: true },
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
