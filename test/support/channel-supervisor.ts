import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryBroker } from '../../src/channels/broker-memory.js';
import type { Config } from '../../src/config/config.js';
import { MetricsService } from '../../src/metrics/metrics.service.js';
import { Link } from '../../src/workers/link/link.js';
import type { SupervisorSays, WorkerSays } from '../../src/workers/link/vocabularies.js';
import { ChannelRelay } from '../../src/workers/supervisor/channel-relay.js';
import { Links } from '../../src/workers/supervisor/links.js';
import { PresenceRelay } from '../../src/workers/supervisor/presence-relay.js';
import { RemoteBroker } from '../../src/workers/worker/broker-remote.js';
import { Supervisor } from '../../src/workers/worker/supervisor.js';

/** What a supervisor has for channels, behind a socket, and brokers of workers that are connected to it. */
export interface ChannelSupervisor {
  connect(): Promise<RemoteBroker>;
  stop(): Promise<void>;
}

export async function startChannelSupervisor(config: Config): Promise<ChannelSupervisor> {
  const broker = new MemoryBroker(config, new MetricsService());
  broker.onModuleInit();
  const links = new Links(config, new MetricsService());
  const relays = [new ChannelRelay(broker, links), new PresenceRelay(broker, config)];
  const folder = await mkdtemp(join(tmpdir(), 'edge-hive-test-'));
  const server = createServer((socket) => {
    const link = new Link<SupervisorSays, WorkerSays>(socket);
    for (const relay of relays) relay.add(link);
    const introduction = { databaseUrl: '', runSecret: '', port: 0 };
    link.handle({ notices: {}, questions: { introduce: () => introduction } });
  });
  const path = join(folder, 'supervisor');
  server.listen(path);
  await once(server, 'listening');
  const supervisors: Supervisor[] = [];
  return {
    connect: async () => {
      const supervisor = await Supervisor.connect(path, () => undefined);
      supervisors.push(supervisor);
      const remote = new RemoteBroker(supervisor, config, new MetricsService());
      remote.onModuleInit();
      return remote;
    },
    stop: async () => {
      for (const { link } of supervisors) link.destroy();
      server.close();
      broker.onModuleDestroy();
      await rm(folder, { recursive: true });
    },
  };
}
