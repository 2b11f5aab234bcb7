import { measure } from '../measure/measure.mjs';
import { bareWs } from '../peers/bare-ws.mjs';
import { edgeHive } from '../peers/edge-hive.mjs';
import { joinedWs } from '../peers/joined-ws.mjs';
import { nats } from '../peers/nats.mjs';
import { socketIo } from '../peers/socket-io.mjs';
import { busy } from '../report/columns.mjs';
import { byCpu, byP50, byRate } from '../report/table.mjs';
import { onStage } from '../stage.mjs';

const PUBLISHERS = 100;
/** How many of them publish, and how many publishes of each wait for their acknowledgement. */
const CASES = [
  { publishers: PUBLISHERS, window: 16 },
  { publishers: PUBLISHERS, window: 1 },
  { publishers: 1, window: 1 },
];

export const publish = {
  name: 'publish',
  title: `${PUBLISHERS} connections publish to channels that nobody reads, each publish acknowledged`,
  peers: [edgeHive, bareWs, socketIo, joinedWs, nats],
  columns: ['served', 'cpu', 'p50', 'p99', 'memory', ...busy],
  ratios: [byRate, byCpu, byP50],
  plots: [
    {
      title: 'Publishes a second of server CPU',
      y: { label: 'publishes', value: ({ cpuPerMillion }) => 1e6 / cpuPerMillion },
    },
  ],
  run: (peer, context) =>
    onStage(context, async (stage) => {
      const { report, seconds } = context;
      const server = await stage.server(peer);
      const load = stage.load();
      await load.call('connect', {
        dialect: peer.acknowledged ?? peer.dialect,
        host: server.host,
        port: server.port,
        count: PUBLISHERS,
        tokens: peer.tokens(PUBLISHERS),
      });
      for (const { publishers, window } of CASES) {
        const channels = Array.from({ length: publishers }, (_, index) => `bench:in-${index}`);
        await load.call('publishers', { channels, acknowledged: true });
        const flood = () => load.call('flood', { window, seconds, answers: 'acknowledgements' });
        await flood();
        await load.call('settle', { seconds });
        report({ case: `${publishers} × ${window} under way`, ...(await measure(server, load, flood)) });
      }
    }),
};
