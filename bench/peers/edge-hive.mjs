import { fileURLToPath } from 'node:url';
import { ServerProcess } from './server-process.mjs';
import { secret, tokens } from './token.mjs';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const POLICY = fileURLToPath(new URL('policy.json', import.meta.url));
const UNLIMITED = String(2 ** 31);

const ENV = {
  HOST: '127.0.0.1',
  PORT: '0',
  SURREAL_PORT: '0',
  JWT_SECRET: secret,
  POLICY_FILE: POLICY,
  LOG_LEVEL: 'warn',
  LIMIT_COMMANDS_PER_SECOND: UNLIMITED,
  LIMIT_COMMANDS_BURST: UNLIMITED,
  LIMIT_PUBLISH_BYTES_PER_SECOND: UNLIMITED,
  LIMIT_PUBLISH_BYTES_BURST: UNLIMITED,
};

/** The service as it runs in production: tokens, a policy, its guard and its validation are on. */
export const edgeHive = {
  name: 'Edge Hive',
  dialect: 'edge-hive',
  topicDialect: 'edge-hive-topics',
  tokens,
  start: ({ env, ...options } = {}) => ServerProcess.start(MAIN, { ...options, env: { ...ENV, ...env } }),
};
