import { measure } from '../measure/measure.mjs';
import { bareWs } from '../peers/bare-ws.mjs';
import { edgeHive } from '../peers/edge-hive.mjs';
import { joinedWs, joinedWsAsLong } from '../peers/joined-ws.mjs';
import { nats } from '../peers/nats.mjs';
import { socketIo } from '../peers/socket-io.mjs';
import { busy } from '../report/columns.mjs';
import { byCpu, byRate } from '../report/table.mjs';
import { onStage } from '../stage.mjs';

const CONNECTIONS = 1_000;
const CHANNELS = Array.from({ length: 500 }, (_, index) => `bench:room-${index}`);
const MEMBERS = CONNECTIONS / CHANNELS.length;
/** Publishes of each room that are under way. */
const WINDOW = 16;
/** Of deliveries, at which latency is told. */
const COMMON_RATES = [20_000, 50_000, 100_000];
/** What the latencies are told of is measured for longer. */
const LONGER = 2;
const SETTLE_SECONDS = 10;

export const rooms = {
  name: 'rooms',
  title: `${CONNECTIONS} connections over ${CHANNELS.length} channels: each pair of deliveries is a publish that came in`,
  peers: [edgeHive, bareWs, socketIo, joinedWs, joinedWsAsLong, nats],
  columns: ['offered', 'served', 'frame', 'cpu', 'p50', 'p99', 'memory', ...busy],
  ratios: [byRate, byCpu],
  plots: [
    {
      title: 'Deliveries a second of server CPU',
      y: { label: 'deliveries', value: ({ cpuPerMillion }) => 1e6 / cpuPerMillion },
    },
  ],
  run: (peer, context) =>
    onStage(context, async (stage) => {
      const { report, seconds } = context;
      const server = await stage.server(peer);
      const load = stage.load();
      await load.call('connect', {
        dialect: peer.dialect,
        host: server.host,
        port: server.port,
        count: CONNECTIONS,
        tokens: peer.tokens(CONNECTIONS),
        targets: CHANNELS.map((channel) => [{ channel }]),
      });
      await load.call('publishers', { channels: CHANNELS });
      const pace = async (rate) => {
        const figures = await measure(server, load, () =>
          load.call('pace', { rate: rate / MEMBERS, seconds: seconds * LONGER }),
        );
        await load.call('settle', { seconds: SETTLE_SECONDS });
        return { offered: rate, ...figures };
      };
      const flood = async () => {
        const figures = await measure(server, load, () =>
          load.call('flood', { window: WINDOW, seconds, answers: 'deliveries' }),
        );
        await load.call('settle', { seconds: SETTLE_SECONDS });
        return figures;
      };
      await flood();
      report({ case: 'saturation', ...(await flood()) });
      for (const rate of COMMON_RATES) report({ case: `${rate} a second`, ...(await pace(rate)) });
    }),
};
