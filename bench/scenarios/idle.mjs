import { measure } from '../measure/measure.mjs';
import { edgeHive } from '../peers/edge-hive.mjs';
import { bareWs } from '../peers/bare-ws.mjs';
import { socketIo } from '../peers/socket-io.mjs';
import { joinedWs } from '../peers/joined-ws.mjs';
import { nats } from '../peers/nats.mjs';
import { busy } from '../report/columns.mjs';
import { byCpu, byMemory, byP50 } from '../report/table.mjs';
import { onStage } from '../stage.mjs';

const CONNECTIONS = 10_000;
/** Come first, so that what a server needs once isn't counted. */
const WARM_UP = 500;
const CHANNEL = 'bench:all';
const BROADCASTS = 20;
const BROADCAST_SECONDS = 30;

export const idle = {
  name: 'idle',
  title: 'Idle connections, and one message to all of them: the time until the last one has it',
  peers: [edgeHive, bareWs, socketIo, joinedWs, nats],
  columns: ['perConnection', 'heapPerConnection', 'memory', 'cpu', 'p50', 'max', 'lost', ...busy],
  ratios: [byMemory, byCpu, byP50],
  plots: [
    {
      title: 'Memory of a connection',
      y: { label: 'KB', value: ({ bytesPerConnection }) => bytesPerConnection / 1_024 },
    },
  ],
  run: (peer, context) =>
    onStage(context, async (stage) => {
      const { report, quick } = context;
      const server = await stage.server(peer, { collectable: true });
      const load = stage.load();
      const connect = (count) =>
        load.call('connect', {
          dialect: peer.dialect,
          host: server.host,
          port: server.port,
          count,
          tokens: peer.tokens(count),
        });
      await connect(WARM_UP);
      const before = await server.collect();
      const connections = quick ? CONNECTIONS / 5 : CONNECTIONS;
      await connect(connections - WARM_UP);
      const growth = async () => {
        const memory = await server.collect();
        return {
          memoryBytes: memory.rss,
          bytesPerConnection: (memory.rss - before.rss) / (connections - WARM_UP),
          heapPerConnection: (memory.heapUsed - before.heapUsed) / (connections - WARM_UP),
        };
      };
      report({ case: `${connections} connected`, ...(await growth()) });
      await load.call('subscribe', { targets: [[{ channel: CHANNEL }]] });
      const subscribed = await growth();
      await load.call('publishers', { channels: [CHANNEL] });
      const figures = await measure(server, load, () =>
        load.call('broadcasts', { count: BROADCASTS, expected: connections, seconds: BROADCAST_SECONDS }),
      );
      report({ case: `${connections} subscribed, broadcast`, ...figures, ...subscribed });
    }),
};
