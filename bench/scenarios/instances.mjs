import { measure } from '../measure/measure.mjs';
import { usage } from '../measure/usage.mjs';
import { edgeHiveOverRedis, joinedWsPubSub, socketIoPubSub, socketIoStreams } from '../peers/over-redis.mjs';
import { RedisServer } from '../peers/redis-server.mjs';
import { busy } from '../report/columns.mjs';
import { byCpu, byP99, byRate } from '../report/table.mjs';
import { onStage } from '../stage.mjs';

const CONNECTIONS = 1_000;
const CHANNELS = Array.from({ length: 500 }, (_, index) => `bench:room-${index}`);
const MEMBERS = CONNECTIONS / CHANNELS.length;
/** Quarters of the connections, by instance: each channel has a member on both, and publishes come in on both. */
const QUARTERS = [0, 1, 1, 0];
/** Publishes of each channel that are under way. */
const WINDOW = 8;
/** Of deliveries, at which latency is told, beside the half of what each can do. */
const COMMON_RATES = [5_000, 10_000];
/** Four processes share the cores: each is measured for longer than one server alone. */
const LONGER = 2;
const SETTLE_SECONDS = 10;

export const instances = {
  name: 'instances',
  title: `${CONNECTIONS} connections over ${CHANNELS.length} channels on two instances with one Redis: of each pair of deliveries one is on the other instance`,
  peers: [edgeHiveOverRedis, socketIoStreams, socketIoPubSub, joinedWsPubSub],
  columns: ['offered', 'served', 'cpu', 'p50', 'p99', 'redisCpu', 'redisPublish', ...busy],
  ratios: [byRate, byCpu, byP99],
  run: (peer, context) =>
    onStage(context, async (stage) => {
      const { report, seconds } = context;
      const redis = await stage.add(RedisServer.start());
      const servers = [await stage.server(peer, { redis: redis.url }), await stage.server(peer, { redis: redis.url })];
      const both = { pids: servers.map(({ pid }) => pid) };
      const load = stage.load();
      for (const at of QUARTERS) {
        const { host, port } = servers[at];
        const count = CONNECTIONS / QUARTERS.length;
        await load.call('connect', { dialect: peer.dialect, host, port, count, tokens: peer.tokens(count) });
      }
      await load.call('subscribe', { targets: CHANNELS.map((channel) => [{ channel }]) });
      await load.call('publishers', { channels: CHANNELS });
      const step = async (work) => {
        const used = await usage([redis.pid], () => measure(both, load, work));
        await load.call('settle', { seconds: SETTLE_SECONDS });
        const publishes = used.result.deliveries / MEMBERS;
        return {
          ...used.result,
          redisCpuShare: used.cpuShare,
          redisMicroseconds: (used.cpuSeconds / publishes) * 1e6,
        };
      };
      const flood = () =>
        step(() => load.call('flood', { window: WINDOW, seconds: seconds * LONGER, answers: 'deliveries' }));
      const pace = (rate) => step(() => load.call('pace', { rate: rate / MEMBERS, seconds: seconds * LONGER }));
      await flood();
      const most = await flood();
      report({ case: 'saturation', ...most });
      const half = Math.round(most.perSecond / 2);
      report({ case: 'half of that', offered: half, ...(await pace(half)) });
      for (const rate of COMMON_RATES) report({ case: `${rate} a second`, offered: rate, ...(await pace(rate)) });
    }),
};
