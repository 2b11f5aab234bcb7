import { IsBoolean, IsIn, IsInt, IsString, Matches, Max, Min, ValidateIf } from 'class-validator';
import { IsDatabaseUrl } from './is-database-url.js';
import { IsOriginList } from './is-origin-list.js';
import { IsRedisUrl } from './is-redis-url.js';
import { Setting } from './setting.js';

const MIB = 1024 * 1024;

/** Everything that can be configured, with its default. Read once from the environment by `loadConfig`, then frozen. */
export class Config {
  @Setting('NODE_ENV', '`production` turns every convenience of `development` and `test` off.')
  @IsIn(['development', 'test', 'production'])
  environment: 'development' | 'test' | 'production' = 'development';

  @Setting(
    'DEVELOPMENT_ACCESS',
    'Who has the page and needs no token outside production: `local`, programs on this machine, or `anyone`.',
  )
  @IsIn(['local', 'anyone'])
  developmentAccess: 'local' | 'anyone' = 'local';

  @Setting('HOST', 'Address to listen on.')
  @IsString()
  host = '0.0.0.0';

  @Setting('PORT', 'Port to listen on; 0 picks a free one.')
  @IsInt()
  @Min(0)
  @Max(65535)
  port = 8443;

  @Setting(
    'SURREAL_URL',
    'WebSocket URL of a SurrealDB server (`ws://…/rpc`). Empty: the service runs its own database.',
  )
  @IsDatabaseUrl()
  surrealUrl = '';

  @Setting('SURREAL_NAMESPACE', 'Namespace to serve.')
  @IsString()
  surrealNamespace = 'main';

  @Setting('SURREAL_DATABASE', 'Database to serve.')
  @IsString()
  surrealDatabase = 'main';

  @Setting(
    'SURREAL_USERNAME',
    'Database user: VIEWER reads, EDITOR also adds changefeeds. Default `root` on the embedded one.',
  )
  @IsString()
  surrealUsername = '';

  @Setting('SURREAL_PASSWORD', 'Its password. Default `root` on the embedded one.')
  @IsString()
  surrealPassword = '';

  @Setting('SURREAL_DATA', 'Folder of the embedded database. Empty: in memory.')
  @IsString()
  surrealData = '';

  @Setting('SURREAL_PORT', 'Port of the embedded database on 127.0.0.1; 0 picks a free one.')
  @IsInt()
  @Min(0)
  @Max(65535)
  surrealPort = 8000;

  @Setting('SURREAL_BIN', 'A `surreal` binary to run instead of the embedded engine.')
  @IsString()
  surrealBin = '';

  @Setting('SURREAL_MANAGE_CHANGEFEEDS', 'Where the service adds changefeeds to tables: `embedded`, `all` or `off`.')
  @IsIn(['embedded', 'all', 'off'])
  manageChangefeeds: 'embedded' | 'all' | 'off' = 'embedded';

  @Setting('SURREAL_POLL_MS', 'Longest pause between two reads of the changefeed while a durable stream exists, in ms.')
  @IsInt()
  @Min(1)
  @Max(60_000)
  surrealPollMs = 25;

  @Setting(
    'SURREAL_DOORBELLS',
    'Whether live queries tell when to read the changefeed: `on`, `off`, or `auto`, which makes none where it would make writers fail.',
  )
  @IsIn(['auto', 'on', 'off'])
  surrealDoorbells: 'auto' | 'on' | 'off' = 'auto';

  @Setting('SURREAL_FAST_WINDOW_MS', 'Least overlap of each changefeed read, in ms of live time.')
  @IsInt()
  @Min(1)
  @Max(60_000)
  surrealFastWindowMs = 50;

  @Setting(
    'SURREAL_SWEEP_WINDOW_MS',
    'For how long sweeps look for late changes, in ms of live time: they follow the reads at a sixth and two thirds of it, a deep one ten times as far behind.',
  )
  @IsInt()
  @Min(100)
  @Max(600_000)
  surrealSweepWindowMs = 3_000;

  @Setting(
    'SURREAL_SWEEP_INTERVAL_MS',
    'Time between two sweeps, in ms, a third of the window at most; a quarter of it for the nearest one, ten times as much for the deep one.',
  )
  @IsInt()
  @Min(10)
  @Max(600_000)
  surrealSweepIntervalMs = 1_000;

  @Setting('SURREAL_TIMEOUT_MS', 'Longest wait for an answer of the database before its connection is given up, in ms.')
  @IsInt()
  @Min(100)
  @Max(600_000)
  surrealTimeoutMs = 5_000;

  @Setting('BROKER', 'What carries channels: `memory`, for one instance, or `redis`, for several.')
  @IsIn(['memory', 'redis'])
  broker: 'memory' | 'redis' = 'memory';

  @Setting(
    'REDIS_URL',
    'Where Redis is, with `BROKER=redis`: `redis://`, `rediss://`, or `redis+sentinel://…/name`; several nodes with commas are a cluster.',
  )
  @IsRedisUrl((config) => (config as Config).broker === 'redis')
  redisUrl = '';

  @Setting('REDIS_PREFIX', 'What every key and every channel in Redis begins with. No braces.')
  @Matches(/^[^{}\s]{0,64}$/, { message: '$property must be up to 64 characters without braces and spaces' })
  redisPrefix = 'edge-hive:';

  @Setting('REDIS_TIMEOUT_MS', 'Longest wait for an answer of Redis before its connection is given up, in ms.')
  @IsInt()
  @Min(100)
  @Max(60_000)
  redisTimeoutMs = 1_500;

  @Setting(
    'JWT_SECRET',
    'Secret of HS256, HS384 and HS512 tokens. Empty outside production, without another key: made for the run.',
  )
  @IsString()
  jwtSecret = '';

  @Setting('JWT_PUBLIC_KEY', 'Public key (PEM) of RS, PS, ES or EdDSA tokens.')
  @IsString()
  jwtPublicKey = '';

  @Setting('JWT_JWKS_URL', 'Where the public keys of tokens are fetched.')
  @IsString()
  jwtJwksUrl = '';

  @Setting('JWT_ISSUER', 'Required `iss` of tokens. Empty: any.')
  @IsString()
  jwtIssuer = '';

  @Setting('JWT_AUDIENCE', 'Required `aud` of tokens. Empty: any.')
  @IsString()
  jwtAudience = '';

  @Setting('JWT_PRINCIPAL_CLAIM', 'Claim that names the principal; `ID` for record tokens of SurrealDB.')
  @IsString()
  jwtPrincipalClaim = 'sub';

  @Setting(
    'JWT_ROLES_CLAIM',
    'Claim of the roles, or a path such as `realm_access.roles`; a single text is one role. Empty: `roles`, as an array.',
  )
  @IsString()
  jwtRolesClaim = '';

  @Setting('JWT_ACCESS', 'Comma-separated access methods whose tokens of SurrealDB are let in. Empty: any.')
  @IsString()
  jwtAccess = '';

  @Setting(
    'SURREAL_SYSTEM_USERS',
    'What the token of a system user of the database makes its bearer: `refused`, or `service`, a server of the application.',
  )
  @IsIn(['refused', 'service'])
  surrealSystemUsers: 'refused' | 'service' = 'refused';

  @Setting('REQUIRE_EXP', 'Refuse tokens that never expire.')
  @IsBoolean()
  requireExp = false;

  @Setting('API_KEY', 'Key of the server API. Empty: no key is right.')
  @IsString()
  apiKey = '';

  @Setting('METRICS_KEY', 'Key of `/metrics`. Empty: `/metrics` needs no key.')
  @IsString()
  metricsKey = '';

  @Setting('POLICY_FILE', 'JSON file that says who may read which rows and use which channels.')
  @IsString()
  policyFile = '';

  @Setting(
    'RIGHTS',
    "Whether SurrealDB's own permissions give rights to tables: `surrealdb`, to record users everywhere, `policy`, where the policy file says so, or `auto`, as well to record users where there is no policy file.",
  )
  @IsIn(['auto', 'policy', 'surrealdb'])
  rights: 'auto' | 'policy' | 'surrealdb' = 'auto';

  @Setting('RIGHTS_REFRESH_MS', 'How often the database is asked what the rights of record users hang on, in ms.')
  @IsInt()
  @Min(50)
  @Max(60_000)
  rightsRefreshMs = 500;

  @Setting('ALLOWED_ORIGINS', 'Comma-separated origins that browsers may connect from. Empty: any.')
  @IsOriginList()
  allowedOrigins = '';

  @Setting('TRUST_PROXY', 'Take client addresses from `X-Forwarded-For`: `true` behind a proxy of your own.')
  @IsBoolean()
  trustProxy = false;

  @Setting(
    'HTTP_HEADERS_TIMEOUT_MS',
    'Wait for the headers of a request, the first one of a TCP connection too, before it is cut, in ms.',
  )
  @IsInt()
  @Min(100)
  @Max(600_000)
  httpHeadersTimeoutMs = 10_000;

  @Setting(
    'HTTP_REQUEST_TIMEOUT_MS',
    'Wait for all of a request, and for a client that takes nothing of its answer, before it is cut, in ms.',
  )
  @IsInt()
  @Min(100)
  @Max(600_000)
  httpRequestTimeoutMs = 30_000;

  @Setting('HTTP_KEEP_ALIVE_MS', 'Wait for the next request on a TCP connection before it is closed, in ms.')
  @IsInt()
  @Min(100)
  @Max(600_000)
  httpKeepAliveMs = 5_000;

  @Setting('HEARTBEAT_INTERVAL_MS', 'Time between two heartbeats, in ms.')
  @IsInt()
  @Min(50)
  @Max(3_600_000)
  heartbeatIntervalMs = 25_000;

  @Setting('HEARTBEAT_TIMEOUT_MS', 'Wait for any sign of life after a heartbeat before 4408, in ms.')
  @IsInt()
  @Min(50)
  @Max(3_600_000)
  heartbeatTimeoutMs = 10_000;

  @Setting('PRESENCE_INTERVAL_MS', 'Time between two frames that deliver who came and left on a channel, in ms.')
  @IsInt()
  @Min(10)
  @Max(60_000)
  presenceIntervalMs = 100;

  @Setting(
    'PRESENCE_GRACE_MS',
    'For how long a presence outlasts a connection that was lost, in ms: so that one who comes back never left.',
  )
  @IsInt()
  @Min(0)
  @Max(600_000)
  presenceGraceMs = 10_000;

  @Setting('AUTH_TIMEOUT_MS', 'Wait for authentication or a public subscription before 4401, in ms.')
  @IsInt()
  @Min(50)
  @Max(3_600_000)
  authTimeoutMs = 10_000;

  @Setting('DRAIN_DEADLINE_MS', 'Longest time that a shutdown waits for clients to take what is theirs, in ms.')
  @IsInt()
  @Min(0)
  @Max(600_000)
  drainDeadlineMs = 5_000;

  @Setting('LOG_LEVEL', 'Least severity that is logged.')
  @IsIn(['fatal', 'error', 'warn', 'log', 'debug', 'verbose'])
  logLevel: 'fatal' | 'error' | 'warn' | 'log' | 'debug' | 'verbose' = 'log';

  @Setting('AUDIT_LOG', 'Where the audit log goes: `stdout`, `stderr` or a file. Empty: nowhere.')
  @IsString()
  auditLog = '';

  @Setting('LIMIT_FRAME_BYTES', 'Largest frame a client may send, in bytes.')
  @IsInt()
  @Min(1_024)
  @Max(64 * MIB)
  limitFrameBytes = 256 * 1024;

  @Setting('LIMIT_CONNECTIONS', 'Connections at a time.')
  @IsInt()
  @Min(1)
  limitConnections = 20_000;

  @Setting(
    'LIMIT_CONNECTIONS_PER_ADDRESS',
    'Connections of one client address, loopback too, before 1013; 0: those of sockets alone.',
  )
  @IsInt()
  @Min(0)
  limitConnectionsPerAddress = 0;

  @Setting(
    'LIMIT_SOCKETS',
    'TCP connections at a time, HTTP and WebSocket, before new ones are cut; 0: 2,000 more than `LIMIT_CONNECTIONS`.',
  )
  @IsInt()
  @Min(0)
  limitSockets = 0;

  @Setting('LIMIT_SOCKETS_PER_ADDRESS', 'TCP connections of one client address before new ones are cut; 0: no limit.')
  @IsInt()
  @Min(0)
  limitSocketsPerAddress = 1_000;

  @Setting('LIMIT_ARRIVALS_PER_SECOND', 'New TCP connections of one client address, a second; 0: no limit.')
  @IsInt()
  @Min(0)
  limitArrivalsPerSecond = 200;

  @Setting('LIMIT_ARRIVALS_BURST', 'New TCP connections of one client address at once.')
  @IsInt()
  @Min(1)
  limitArrivalsBurst = 1_000;

  @Setting('LIMIT_LOOPBACK', 'Whether the limits of sockets by address hold for loopback addresses, too.')
  @IsBoolean()
  limitLoopback = false;

  @Setting('LIMIT_CONNECTIONS_PER_PRINCIPAL', 'Connections of one principal; 0: no limit.')
  @IsInt()
  @Min(0)
  limitConnectionsPerPrincipal = 0;

  @Setting('LIMIT_SUBSCRIPTIONS', 'Subscriptions of one connection.')
  @IsInt()
  @Min(1)
  limitSubscriptions = 100;

  @Setting('LIMIT_COMMANDS_PER_SECOND', 'Commands of one connection, a second.')
  @IsInt()
  @Min(1)
  limitCommandsPerSecond = 100;

  @Setting('LIMIT_COMMANDS_BURST', 'Commands of one connection at once.')
  @IsInt()
  @Min(1)
  limitCommandsBurst = 200;

  @Setting('LIMIT_AUTH_PER_SECOND', 'Tokens that one connection may show, a second.')
  @IsInt()
  @Min(1)
  limitAuthPerSecond = 1;

  @Setting('LIMIT_AUTH_BURST', 'Tokens that one connection may show at once.')
  @IsInt()
  @Min(1)
  limitAuthBurst = 5;

  @Setting('LIMIT_WRONG_KEYS', 'Wrong keys of one client address at once; then one a second is looked at.')
  @IsInt()
  @Min(1)
  limitWrongKeys = 10;

  @Setting(
    'LIMIT_TOKENS_WAITING',
    'Tokens that may wait for the keys of `JWT_JWKS_URL`, or for the database, at a time.',
  )
  @IsInt()
  @Min(1)
  limitTokensWaiting = 1_000;

  @Setting('LIMIT_SIGN_INS_PER_SECOND', 'Tokens that the database is asked to verify, a second.')
  @IsInt()
  @Min(1)
  limitSignInsPerSecond = 500;

  @Setting(
    'LIMIT_SIGN_IN_SESSIONS',
    'Sessions over which the database is asked to verify tokens, one at a time in each.',
  )
  @IsInt()
  @Min(1)
  @Max(64)
  limitSignInSessions = 4;

  @Setting('LIMIT_TOKEN_BYTES', 'Bytes kept of verified tokens, so that one that comes again is not verified again.')
  @IsInt()
  @Min(0)
  limitTokenBytes = 16 * MIB;

  @Setting('LIMIT_REVOCATIONS', 'Revocations of tokens that may be kept at a time.')
  @IsInt()
  @Min(1)
  limitRevocations = 100_000;

  @Setting('LIMIT_FILTER_CONDITIONS', 'Conditions in one filter.')
  @IsInt()
  @Min(1)
  @Max(1_000)
  limitFilterConditions = 16;

  @Setting('LIMIT_FILTER_DEPTH', 'Levels of `or` and `not` in one filter.')
  @IsInt()
  @Min(1)
  @Max(32)
  limitFilterDepth = 4;

  @Setting('LIMIT_FILTER_ELEMENTS', 'Conditions, branches and elements of lists and objects in one filter, together.')
  @IsInt()
  @Min(1)
  @Max(100_000)
  limitFilterElements = 1_024;

  @Setting('LIMIT_FILTER_BYTES', 'Bytes of memory that the filters of one connection may take.')
  @IsInt()
  @Min(16 * 1024)
  limitFilterBytes = 24 * MIB;

  @Setting(
    'LIMIT_FILTER_BYTES_PER_PRINCIPAL',
    'The same of one principal, over all of its connections; without a token, of one address.',
  )
  @IsInt()
  @Min(16 * 1024)
  limitFilterBytesPerPrincipal = 48 * MIB;

  @Setting('LIMIT_FILTER_BYTES_TOTAL', 'The same of all connections; of those without a token, half of it.')
  @IsInt()
  @Min(16 * 1024)
  limitFilterBytesTotal = 128 * MIB;

  @Setting('LIMIT_FILTER_SCANS', 'Comparisons that the filters of one connection may cost whatever the change is.')
  @IsInt()
  @Min(16)
  limitFilterScans = 2_048;

  @Setting(
    'LIMIT_FILTER_SCANS_PER_PRINCIPAL',
    'The same of one principal, over all of its connections; without a token, of one address.',
  )
  @IsInt()
  @Min(16)
  limitFilterScansPerPrincipal = 2_048;

  @Setting('LIMIT_FILTER_SCANS_TOTAL', 'The same of all connections; of those without a token, half of it.')
  @IsInt()
  @Min(16)
  limitFilterScansTotal = 16_384;

  @Setting(
    'LIMIT_FILTER_MATCHES_PER_PRINCIPAL',
    'Of the distinct filters of one principal on a table, or of one address without a token, how many one change may be for.',
  )
  @IsInt()
  @Min(1)
  limitFilterMatchesPerPrincipal = 256;

  @Setting(
    'LIMIT_FILTER_MATCHES_TOTAL',
    'The same of all connections; of one principal, or of those without a token, half of it at most.',
  )
  @IsInt()
  @Min(2)
  limitFilterMatchesTotal = 16_384;

  @Setting('LIMIT_OUTBOX_BYTES', 'Bytes that may wait for one slow connection before 4430.')
  @IsInt()
  @Min(16 * 1024)
  limitOutboxBytes = 16 * MIB;

  @Setting(
    'LIMIT_OUTBOX_TOTAL_BYTES',
    'Bytes that all connections together may make the service hold; beyond, those are closed for whom most is held. 0: a quarter of the memory that the process may use, 512 MiB at most.',
  )
  @ValidateIf((config: Config) => config.limitOutboxTotalBytes !== 0)
  @IsInt()
  @Min(64 * 1024)
  limitOutboxTotalBytes = 0;

  @Setting('LIMIT_CONNECTION_BYTES', 'Bytes that one connection may make the service hold, its outbox and all else.')
  @IsInt()
  @Min(64 * 1024)
  limitConnectionBytes = 64 * MIB;

  @Setting(
    'LIMIT_UNAUTHENTICATED_BYTES',
    'Bytes of frames that are not served yet and may be held for a connection without a valid token.',
  )
  @IsInt()
  @Min(64 * 1024)
  limitUnauthenticatedBytes = 128 * 1024;

  @Setting('LIMIT_LOG_BYTES', 'Bytes of recent changes kept in memory.')
  @IsInt()
  @Min(64 * 1024)
  limitLogBytes = 64 * MIB;

  @Setting('LIMIT_SNAPSHOT_ROWS', 'Rows of one snapshot.')
  @IsInt()
  @Min(1)
  limitSnapshotRows = 10_000;

  @Setting('LIMIT_SNAPSHOT_BYTES', 'Bytes of the frames of one snapshot.')
  @IsInt()
  @Min(64 * 1024)
  limitSnapshotBytes = 32 * MIB;

  @Setting(
    'LIMIT_ROW_INDEX_BYTES',
    'Bytes kept to know deleted records by, where the database does not tell what they were.',
  )
  @IsInt()
  @Min(0)
  limitRowIndexBytes = 64 * MIB;

  @Setting(
    'LIMIT_ROW_INDEX_FIELDS',
    'Fields of one table that the filters of one principal, or one address without a token, alone may have kept to know deleted records by; four times as many of all clients.',
  )
  @IsInt()
  @Min(1)
  limitRowIndexFields = 16;

  @Setting('LIMIT_HISTORY_BYTES', 'Bytes of recent messages kept in memory, of all channels.')
  @IsInt()
  @Min(0)
  limitHistoryBytes = 64 * MIB;

  @Setting('LIMIT_HISTORY_BYTES_PER_PRINCIPAL', 'Of these, bytes of what one principal published.')
  @IsInt()
  @Min(0)
  limitHistoryBytesPerPrincipal = 16 * MIB;

  @Setting('LIMIT_HISTORY_BYTES_PER_CHANNEL', 'Of these, bytes of one channel.')
  @IsInt()
  @Min(0)
  limitHistoryBytesPerChannel = 16 * MIB;

  @Setting('LIMIT_BROKER_COMMANDS', 'Commands that may wait for an answer of Redis before publishes are refused.')
  @IsInt()
  @Min(100)
  limitBrokerCommands = 10_000;

  @Setting('LIMIT_BROKER_BYTES', 'Bytes of these commands.')
  @IsInt()
  @Min(MIB)
  limitBrokerBytes = 32 * MIB;

  @Setting(
    'LIMIT_PUBLISH_BYTES_PER_SECOND',
    'Bytes of `data`, and of states of presence, that one principal may publish, a second.',
  )
  @IsInt()
  @Min(1)
  limitPublishBytesPerSecond = 4 * MIB;

  @Setting('LIMIT_PUBLISH_BYTES_BURST', 'The same at once.')
  @IsInt()
  @Min(1)
  limitPublishBytesBurst = 32 * MIB;

  @Setting('LIMIT_PRESENCES', 'Presences of one connection.')
  @IsInt()
  @Min(1)
  @Max(1_000)
  limitPresences = 20;

  @Setting('LIMIT_PRESENCE_STATE_BYTES', 'Bytes of the JSON text of the `state` of one presence.')
  @IsInt()
  @Min(2)
  @Max(256 * 1024)
  limitPresenceStateBytes = 4 * 1024;

  @Setting('LIMIT_PRESENCE_MEMBERS', 'Presences on one channel.')
  @IsInt()
  @Min(1)
  @Max(100_000)
  limitPresenceMembers = 10_000;

  @Setting(
    'LIMIT_PRESENCE_GRACE_BYTES',
    'Bytes kept of presences whose connection was lost; of one principal, a quarter of it. Beyond, the oldest of them end.',
  )
  @IsInt()
  @Min(64 * 1024)
  limitPresenceGraceBytes = 32 * MIB;

  get production(): boolean {
    return this.environment === 'production';
  }
}
