import { measure } from '../measure/measure.mjs';
import { databaseEnv, startDatabase } from '../peers/database.mjs';
import { bareWs } from '../peers/bare-ws.mjs';
import { bareTwoPeers, onePeer, twoPeers } from '../peers/workers.mjs';
import { busy } from '../report/columns.mjs';
import { byCpu, byRate } from '../report/table.mjs';
import { onStage } from '../stage.mjs';
import { feedReads } from '../measure/feed-reads.mjs';
import { startWriters } from './table-writers.mjs';

const SUBSCRIBERS = 1_000;
/** So few that one process has time to read the changefeed as often as it wants to. */
const FEW = 8;
const CHANNEL = 'bench:all';
const TABLE = 'worked';
/** Deliveries a second that one process carries. */
const RATES = [50_000, 100_000];
const WRITES = 100;
const CONNECTIONS = 5_000;
/** Each process compiles its code by itself: two need twice as many connections before they are as fast as they get. */
const WARM_ROUNDS = 8;
const CONNECT_ROUNDS = WARM_ROUNDS + 3;
const LEAST_SECONDS = 4;
const SETTLE_SECONDS = 10;

export const workers = {
  name: 'workers',
  title: `One process, and two that share its clients: ${SUBSCRIBERS} on a channel, on a table, and ${CONNECTIONS} that connect`,
  peers: [onePeer, twoPeers, bareWs, bareTwoPeers],
  columns: ['offered', 'served', 'cpu', 'p50', 'p99', 'memory', 'reads', ...busy],
  ratios: [byRate, byCpu],
  run: (peer, context) =>
    onStage(context, async (stage) => {
      const seconds = Math.max(context.seconds, LEAST_SECONDS);
      const connections = context.quick ? CONNECTIONS / 5 : CONNECTIONS;
      const common = { stage, peer, seconds, report: context.report };
      // Of the obvious server only what more processes win where connections are let in.
      if (peer.topicDialect === undefined)
        return connecting({ ...common, server: await stage.server(peer) }, connections);
      const database = await stage.add(startDatabase([TABLE]));
      const on = { ...common, server: await stage.server(peer, { env: databaseEnv(database) }) };
      await connecting(on, connections);
      await channel(on);
      const writers = await startWriters(stage, database, TABLE, 1);
      for (const subscribers of [FEW, SUBSCRIBERS]) await table(on, writers, subscribers);
    }),
};

async function channel({ stage, peer, server, seconds, report }) {
  const to = { dialect: peer.dialect, host: server.host, port: server.port };
  const [subscribers, publisher] = [stage.load(), stage.load()];
  const tokens = peer.tokens(SUBSCRIBERS);
  await subscribers.call('connect', { ...to, count: SUBSCRIBERS, tokens, targets: [[{ channel: CHANNEL }]] });
  await publisher.call('connect', { ...to, count: 1, tokens: peer.tokens(1) });
  await publisher.call('publishers', { channels: [CHANNEL] });
  // The first goes to code that isn't compiled yet.
  for (const offered of [...RATES.slice(0, 1), ...RATES]) {
    const figures = await measure(server, subscribers, () =>
      publisher.call('pace', { rate: offered / SUBSCRIBERS, seconds }),
    );
    report({ case: `channel, ${offered} a second`, offered, ...figures });
    await subscribers.call('settle', { seconds: SETTLE_SECONDS });
  }
  for (const load of [publisher, subscribers]) await load.stop();
}

async function table({ stage, peer, server, seconds, report }, writers, count) {
  const clients = stage.load();
  const to = { dialect: peer.topicDialect, host: server.host, port: server.port };
  const targets = Array.from({ length: count }, () => [{ topic: TABLE }]);
  await clients.call('connect', { ...to, count, tokens: peer.tokens(count), targets });
  for (const warm of [true, false]) {
    const before = await feedReads(server);
    const figures = await measure(server, clients, () => writers.call('pace', { rate: WRITES, seconds }), {
      sampleEvery: count,
    });
    const readsPerSecond = ((await feedReads(server)) - before) / figures.seconds;
    await clients.call('settle', { seconds: SETTLE_SECONDS });
    const row = { offered: WRITES * count, ...figures, readsPerSecond };
    if (!warm) report({ case: `table, ${WRITES} writes a second, ${count} subscribers`, ...row });
  }
  await clients.stop();
}

async function connecting({ stage, peer, server, report }, count) {
  const load = stage.load();
  const to = { dialect: peer.dialect, host: server.host, port: server.port, count, tokens: peer.tokens(count) };
  for (let round = 0; round < CONNECT_ROUNDS; round += 1) {
    const figures = await measure(server, load, () => load.call('connect', to));
    const perSecond = count / figures.seconds;
    const row = { ...figures, perSecond, cpuPerMillion: (figures.serverCpuSeconds / count) * 1e6 };
    if (round >= WARM_ROUNDS) report({ case: `connecting ${count}`, ...row });
    await load.call('close');
    await load.call('settle', { seconds: SETTLE_SECONDS });
  }
  await load.stop();
}
