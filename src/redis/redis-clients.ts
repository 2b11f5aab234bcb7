import { Cluster, Redis, type ClusterOptions, type RedisOptions } from 'ioredis';
import type { RedisAddress } from '../config/redis-address.js';
import { RedisScript } from './redis-script.js';

/** Milliseconds between two attempts to connect: the first ones come fast. */
const retryDelay = (attempts: number) => Math.min(50 * 2 ** Math.min(attempts, 4), 500) + Math.random() * 50;

/** How often the slots of a cluster are read again, in ms: failed commands aren't repeated, which would ask for it. */
const SLOTS_MS = 1_000;

/** Connections to Redis: one for commands, one for what is published; a cluster has them for each of its nodes. */
export type RedisClients =
  | { readonly kind: 'server'; readonly commands: Redis; readonly subscriber: Redis }
  | { readonly kind: 'cluster'; readonly commands: Cluster; readonly subscriber: Cluster };

/**
 * Nothing is sent twice, and nothing waits for a connection: what a lost connection leaves undone fails. A connection on which
 * nothing comes back in time is closed. None is opened before `connect` is called.
 */
export function redisClients(address: RedisAddress, timeoutMs: number): RedisClients {
  const common = optionsOf(address, timeoutMs);
  if (address.kind === 'cluster') {
    const cluster = new OrderedCluster([...address.nodes], clusterOptions(common, timeoutMs));
    return { kind: 'cluster', commands: cluster, subscriber: cluster };
  }
  const options = { ...common, ...placeOf(address), enableOfflineQueue: false, retryStrategy: retryDelay };
  return { kind: 'server', commands: new Redis(options), subscriber: new Redis(options) };
}

/**
 * Sends nothing once more whose order counts, as to the server that has its slot by now: what was given later may have been carried
 * out there already.
 */
class OrderedCluster extends Cluster {
  override handleError(error: Error, ttl: { value?: number }, handlers: { defaults(): void }): void {
    const { command } = error as { command?: { args?: readonly unknown[] } };
    if (!/^(MOVED|ASK|TRYAGAIN)\b/.test(error.message) || !RedisScript.isOrdered(command?.args?.[0]))
      return super.handleError(error, ttl, handlers);
    this.refreshSlotsCache();
    handlers.defaults();
  }
}

function optionsOf({ username, password, tls, database }: RedisAddress, timeoutMs: number) {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: {} }),
    db: database,
    lazyConnect: true,
    connectTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    keepAlive: 5_000,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    connectionName: 'edge-hive-realtime',
    // A server that has become a replica: its place is asked for anew.
    reconnectOnError: ({ message }: Error) => message.startsWith('READONLY'),
  } satisfies RedisOptions;
}

function placeOf({ kind, nodes, master, tls }: RedisAddress) {
  if (kind === 'server') return { ...nodes[0] };
  return {
    sentinels: [...nodes],
    ...(master !== undefined && { name: master }),
    failoverDetector: true,
    ...(tls && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
    sentinelRetryStrategy: retryDelay,
    sentinelReconnectStrategy: retryDelay,
  } satisfies RedisOptions;
}

function clusterOptions(common: ReturnType<typeof optionsOf>, timeoutMs: number) {
  return {
    redisOptions: common,
    enableOfflineQueue: false,
    lazyConnect: true,
    shardedSubscribers: true,
    slotsRefreshInterval: SLOTS_MS,
    slotsRefreshTimeout: timeoutMs,
    clusterRetryStrategy: retryDelay,
    // A command whose connection was lost may have been carried out: it must not be sent again.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
  } satisfies ClusterOptions;
}
