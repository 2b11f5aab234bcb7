import { edgeHive } from './edge-hive.mjs';

/** The service with so many processes that serve clients; with one there is one in all. */
function withWorkers(count, name) {
  const start = ({ env, ...options } = {}) =>
    edgeHive.start({ ...options, env: { ...env, WORKERS: String(count), LIMIT_CONNECTIONS: '100000' } });
  return { ...edgeHive, name, start };
}

export const onePeer = withWorkers(1, 'one process');
export const twoPeers = withWorkers(2, '2 workers');
