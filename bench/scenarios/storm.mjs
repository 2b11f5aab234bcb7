import { measure } from '../measure/measure.mjs';
import { bareWs } from '../peers/bare-ws.mjs';
import { edgeHive } from '../peers/edge-hive.mjs';
import { joinedWs } from '../peers/joined-ws.mjs';
import { nats } from '../peers/nats.mjs';
import { socketIo } from '../peers/socket-io.mjs';
import { busy } from '../report/columns.mjs';
import { byCpu, byRate } from '../report/table.mjs';
import { onStage } from '../stage.mjs';

const CONNECTIONS = 5_000;
const ROUNDS = 3;
const SETTLE_SECONDS = 5;

export const storm = {
  name: 'storm',
  title: 'Connections as fast as they are let in, each with a token of its own where the peer knows tokens',
  peers: [edgeHive, bareWs, socketIo, joinedWs, nats],
  columns: ['served', 'cpu', 'p50', 'p99', 'memory', ...busy],
  ratios: [byRate, byCpu],
  plots: [{ title: 'Connections a second', y: { label: 'connections', value: ({ perSecond }) => perSecond } }],
  run: (peer, context) =>
    onStage(context, async (stage) => {
      const { report, quick } = context;
      const server = await stage.server(peer);
      const count = quick ? CONNECTIONS / 5 : CONNECTIONS;
      const load = stage.load();
      const to = { dialect: peer.dialect, host: server.host, port: server.port, count, tokens: peer.tokens(count) };
      const rounds = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const figures = await measure(server, load, () => load.call('connect', to));
        rounds.push({
          ...figures,
          perSecond: count / figures.seconds,
          cpuPerMillion: (figures.serverCpuSeconds / count) * 1e6,
        });
        await load.call('close');
        await load.call('settle', { seconds: SETTLE_SECONDS });
      }
      report({ case: `first ${count}`, ...rounds[0] });
      report({ case: `last ${count}`, ...rounds.at(-1) });
    }),
};
