import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { DatabaseProcess } from '../../surreal/connection/database-process.js';
import { Link } from '../link/link.js';
import type { SupervisorSays, WorkerLink, WorkerSays } from '../link/vocabularies.js';
import { ChannelRelay } from './channel-relay.js';
import { ConnectionCounts } from './connection-counts.js';
import { FeedRelay } from './feed-relay.js';
import { freePort } from './free-port.js';
import { MetricsOfAll } from './metrics-of-all.js';
import { PresenceRelay } from './presence-relay.js';
import { RevocationRelay } from './revocation-relay.js';

export interface SwitchboardListener {
  /** A process has connected. @returns whether it is a worker */
  attached(pid: number, link: WorkerLink): boolean;
}

/** Where workers connect, and all that they are connected with. */
@Injectable()
export class Switchboard {
  private server: Server | undefined;
  private folder = '';
  private port = 0;
  private readonly runSecret = randomBytes(32).toString('base64url');

  constructor(
    private readonly config: Config,
    private readonly database: DatabaseProcess,
    private readonly feed: FeedRelay,
    private readonly channels: ChannelRelay,
    private readonly presence: PresenceRelay,
    private readonly revocations: RevocationRelay,
    private readonly metrics: MetricsOfAll,
    private readonly connections: ConnectionCounts,
  ) {}

  get path(): string {
    return join(this.folder, 'supervisor');
  }

  async listen(listener: SwitchboardListener): Promise<void> {
    // A free one is found once: workers that are started again listen where the others do.
    this.port = this.config.port || (await freePort(this.config.host));
    // Nobody else may enter it.
    this.folder = await mkdtemp(join(tmpdir(), 'edge-hive-'));
    this.server = createServer((socket) => this.connected(socket, listener));
    this.server.listen(this.path);
    await once(this.server, 'listening');
  }

  async close(): Promise<void> {
    this.server?.close();
    if (this.folder) await rm(this.folder, { recursive: true, force: true });
  }

  private connected(socket: Socket, listener: SwitchboardListener): void {
    const link: WorkerLink = new Link<SupervisorSays, WorkerSays>(socket);
    link.handle({
      notices: { hello: (pid) => (listener.attached(pid, link) ? this.connect(link) : link.destroy()) },
      questions: {},
    });
  }

  private connect(link: WorkerLink): void {
    for (const part of [this.feed, this.channels, this.presence, this.revocations, this.metrics, this.connections])
      part.add(link);
    const { runSecret, port } = this;
    link.handle({
      notices: {},
      questions: { introduce: () => ({ databaseUrl: this.database.endpoint.url, runSecret, port }) },
    });
  }
}
