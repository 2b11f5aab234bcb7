import { measure } from '../measure/measure.mjs';
import { bareWs } from '../peers/bare-ws.mjs';
import { edgeHive } from '../peers/edge-hive.mjs';
import { joinedWs } from '../peers/joined-ws.mjs';
import { socketIo } from '../peers/socket-io.mjs';
import { busy } from '../report/columns.mjs';
import { byCpu, byP99, byRate } from '../report/table.mjs';
import { onStage } from '../stage.mjs';

const SUBSCRIBERS = 200;
const SLOW = SUBSCRIBERS / 100;
const RATE = 20_000;
/** Large, so that what the kernel takes for a socket that isn't read is full within seconds. */
const EVENT_BYTES = 16 * 1_024;
const CHANNEL = 'bench:all';
const LONGER = 5;
/** Less than the default, so that it is reached within the measurement. */
const OUTBOX_BYTES = 4 * 1024 * 1024;
const SETTLE_SECONDS = 5;

export const slowConsumers = {
  name: 'slow-consumers',
  title: `${SUBSCRIBERS} subscribers of events of ${EVENT_BYTES / 1_024} KiB, of which ${SLOW} stop reading`,
  peers: [edgeHive, bareWs, socketIo, joinedWs],
  columns: ['offered', 'served', 'cpu', 'p50', 'p99', 'memory', 'lost', ...busy],
  ratios: [byRate, byCpu, byP99],
  plots: [{ title: 'Latency p99 of those who read', y: { label: 'ms', value: ({ latency }) => latency.p99 } }],
  run: (peer, context) =>
    onStage(context, async (stage) => {
      const { report, seconds } = context;
      const server = await stage.server(peer, { env: { LIMIT_OUTBOX_BYTES: String(OUTBOX_BYTES) } });
      const [readers, slow, publisher] = [stage.load(), stage.load(), stage.load()];
      const to = { dialect: peer.dialect, host: server.host, port: server.port };
      const targets = [[{ channel: CHANNEL }]];
      const tokens = peer.tokens(SUBSCRIBERS);
      await readers.call('connect', { ...to, count: SUBSCRIBERS - SLOW, tokens, targets });
      await slow.call('connect', { ...to, count: SLOW, tokens, targets });
      await publisher.call('connect', { ...to, count: 1, tokens });
      await publisher.call('publishers', { channels: [CHANNEL], bytes: EVENT_BYTES });
      const pace = async (length) => {
        const rate = RATE / SUBSCRIBERS;
        const figures = await measure(server, readers, () => publisher.call('pace', { rate, seconds: length }));
        await readers.call('settle', { seconds: SETTLE_SECONDS });
        return { offered: RATE, ...figures };
      };
      await pace(seconds);
      report({ case: 'all read', ...(await pace(seconds)) });
      await slow.call('stall');
      const figures = await pace(seconds * LONGER);
      await slow.call('resume');
      await slow.call('settle', { seconds: SETTLE_SECONDS });
      const { lost } = await slow.call('end');
      report({ case: `${SLOW} don't`, ...figures, lost: figures.lost + lost });
    }),
};
