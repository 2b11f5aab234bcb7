import { measure } from '../measure/measure.mjs';
import { bareWs } from '../peers/bare-ws.mjs';
import { edgeHive } from '../peers/edge-hive.mjs';
import { socketIo } from '../peers/socket-io.mjs';
import { onStage } from '../stage.mjs';

const PUBLISHERS = 100;
/** Publishes of each connection that wait for their acknowledgement. */
const WINDOW = 16;

export const publish = {
  name: 'publish',
  title: `${PUBLISHERS} connections publish to channels that nobody reads, each publish acknowledged`,
  peers: [edgeHive, bareWs, socketIo],
  run: (peer, { report, seconds }) =>
    onStage(async (stage) => {
      const server = await stage.server(peer);
      const load = stage.load();
      await load.call('connect', {
        dialect: peer.dialect,
        host: server.host,
        port: server.port,
        count: PUBLISHERS,
        tokens: peer.tokens(PUBLISHERS),
      });
      const channels = Array.from({ length: PUBLISHERS }, (_, index) => `bench:in-${index}`);
      await load.call('publishers', { channels, acknowledged: true });
      const flood = () => load.call('flood', { window: WINDOW, seconds, answers: 'acknowledgements' });
      await flood();
      await load.call('settle', { seconds });
      report({ case: 'saturation', ...(await measure(server, load, flood)) });
    }),
};
