import { fileURLToPath } from 'node:url';
import { bareWs } from './bare-ws.mjs';
import { edgeHive } from './edge-hive.mjs';
import { ServerProcess } from './server-process.mjs';

const BARE_WS = fileURLToPath(new URL('../servers/bare-ws-workers.mjs', import.meta.url));

/** The service with so many processes that serve clients; with one there is one in all. */
function withWorkers(count, name) {
  const start = ({ env, ...options } = {}) =>
    edgeHive.start({ ...options, env: { ...env, WORKERS: String(count), LIMIT_CONNECTIONS: '100000' } });
  return { ...edgeHive, name, start };
}

export const onePeer = withWorkers(1, 'one process');
export const twoPeers = withWorkers(2, '2 workers');

/** What two processes of the obvious server win on the same cores: load and kernel have their share of both. */
export const bareTwoPeers = {
  ...bareWs,
  name: 'bare ws, 2 workers',
  start: () => ServerProcess.start(BARE_WS, { env: { WORKERS: '2' } }),
};
