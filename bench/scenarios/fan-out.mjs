import { measure } from '../measure/measure.mjs';
import { bareWs } from '../peers/bare-ws.mjs';
import { edgeHive } from '../peers/edge-hive.mjs';
import { joinedWs, joinedWsAsLong } from '../peers/joined-ws.mjs';
import { nats } from '../peers/nats.mjs';
import { socketIo } from '../peers/socket-io.mjs';
import { busy } from '../report/columns.mjs';
import { byCpu, byRate } from '../report/table.mjs';
import { onStage } from '../stage.mjs';
import { saturate } from './saturation.mjs';

const SUBSCRIBERS = 1_000;
const CHANNEL = 'bench:all';
/** Less than any of the peers carries. */
const FIRST_OFFER = 12_500;
/** Beside the half of what is carried, latency is told at these rates, the last of which some peers don't carry. */
const COMMON_RATES = [20_000, 50_000, 100_000];
/** What the latencies are told of is measured for longer than the steps of the search. */
const LONGER = 3;
const SETTLE_SECONDS = 10;

export const fanOut = {
  name: 'fan-out',
  title: `One publisher, ${SUBSCRIBERS} subscribers`,
  peers: [edgeHive, bareWs, socketIo, joinedWs, joinedWsAsLong, nats],
  columns: ['offered', 'served', 'frame', 'cpu', 'p50', 'p99', 'memory', ...busy],
  ratios: [byRate, byCpu],
  plots: [
    {
      title: 'Deliveries a second, as more is offered',
      x: { label: 'deliveries a second offered', value: ({ offered }) => offered },
      y: { label: 'delivered a second', value: ({ perSecond }) => perSecond },
    },
    {
      title: 'Latency p99, as more is offered',
      x: { label: 'deliveries a second offered', value: ({ offered }) => offered },
      y: { label: 'ms', value: ({ latency }) => latency.p99 },
    },
  ],
  run: (peer, context) =>
    onStage(context, async (stage) => {
      const { report, seconds } = context;
      const steps = [];
      let room = await open(stage, peer);
      const step = async (offered, length = seconds) => {
        const figures = await room.step(offered, length);
        if (figures.lost > 0 || figures.perSecond < offered / 2) {
          await stage.close();
          room = await open(stage, peer);
          await room.step(FIRST_OFFER, seconds);
        }
        return figures;
      };
      await room.step(FIRST_OFFER, seconds);
      for await (const figures of saturate(step, FIRST_OFFER)) {
        steps.push(figures);
        report({ case: 'step', detail: true, ...figures });
      }
      // Where not even the first step is carried, the one of which most came.
      const carried = steps.filter((figures) => figures.carried);
      const best = (carried.length > 0 ? carried : steps).reduce((a, b) => (b.perSecond > a.perSecond ? b : a));
      report({ case: 'highest carried', ...best });
      const half = Math.round(best.perSecond / 2);
      report({ case: 'half of that', offered: half, ...(await step(half, LONGER * seconds)) });
      for (const rate of COMMON_RATES) {
        report({ case: `${rate} a second`, offered: rate, ...(await step(rate, LONGER * seconds)) });
      }
    }),
};

async function open(stage, peer) {
  const server = await stage.server(peer);
  const [subscribers, publisher] = [stage.load(), stage.load()];
  const { host, port } = server;
  const to = { dialect: peer.dialect, host, port };
  await subscribers.call('connect', {
    ...to,
    count: SUBSCRIBERS,
    tokens: peer.tokens(SUBSCRIBERS),
    targets: [[{ channel: CHANNEL }]],
  });
  await publisher.call('connect', { ...to, count: 1, tokens: peer.tokens(1) });
  await publisher.call('publishers', { channels: [CHANNEL] });
  return {
    step: async (offered, seconds) => {
      const figures = await measure(server, subscribers, () =>
        publisher.call('pace', { rate: offered / SUBSCRIBERS, seconds }),
      );
      await subscribers.call('settle', { seconds: SETTLE_SECONDS });
      return figures;
    },
  };
}
