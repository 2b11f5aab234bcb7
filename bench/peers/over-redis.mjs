import { fileURLToPath } from 'node:url';
import { edgeHive } from './edge-hive.mjs';
import { hasRedis } from './redis-server.mjs';
import { ServerProcess } from './server-process.mjs';

const JOINED_WS = fileURLToPath(new URL('../servers/joined-ws-redis.mjs', import.meta.url));
const SOCKET_IO = fileURLToPath(new URL('../servers/socket-io-redis.mjs', import.meta.url));

/** A busy machine is no Redis that is away. */
const PATIENCE_MS = '10000';

/** Servers of which several instances share a Redis: `redis` is its URL. */
export const edgeHiveOverRedis = {
  ...edgeHive,
  isThere: hasRedis,
  start: ({ redis, ...options }) =>
    edgeHive.start({ ...options, env: { BROKER: 'redis', REDIS_URL: redis, REDIS_TIMEOUT_MS: PATIENCE_MS } }),
};

export const socketIoStreams = socketIo('Socket.IO, streams adapter', 'streams');
export const socketIoPubSub = socketIo('Socket.IO, Redis adapter', 'pubsub');

/** What the machine, this Redis and this client of Redis can do: nothing is numbered, kept, checked or bounded. */
export const joinedWsPubSub = {
  name: 'joined ws, PUBLISH',
  dialect: 'plain',
  tokens: () => undefined,
  isThere: hasRedis,
  start: ({ redis, profile }) => ServerProcess.start(JOINED_WS, { profile, env: { REDIS_URL: redis } }),
};

function socketIo(name, adapter) {
  return {
    name,
    dialect: 'socket-io',
    tokens: () => undefined,
    isThere: hasRedis,
    start: ({ redis, profile }) =>
      ServerProcess.start(SOCKET_IO, { profile, env: { ADAPTER: adapter, REDIS_URL: redis } }),
  };
}
