import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setInterval as ticks } from 'node:timers/promises';

const LOOK_MS = 200;

/** One of those among whom connections are shared out. */
interface Target {
  port: number;
  isReady: boolean;
  connections: number;
}

/**
 * Shares connections out as `docker/Caddyfile.scale` has it: to the one with the fewest, of those whose `/health/ready` answered 200
 * last. It knows of no sessions.
 */
export class Balancer {
  private readonly sockets = new Set<Socket>();
  private readonly stopping = new AbortController();

  private constructor(
    private readonly server: Server,
    private readonly targets: readonly Target[],
  ) {
    server.on('connection', (near) => this.join(near));
    void this.look();
  }

  /** @param ports where the targets listen */
  static async to(ports: readonly number[]): Promise<Balancer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Balancer(
      server,
      ports.map((port) => ({ port, isReady: true, connections: 0 })),
    );
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Connections to each target. */
  get shares(): readonly number[] {
    return this.targets.map(({ connections }) => connections);
  }

  /** A target comes back, at another port. */
  move(at: number, port: number): void {
    const target = this.targets[at];
    if (target) target.port = port;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private async look(): Promise<void> {
    for await (const _ of ticks(LOOK_MS)) {
      if (this.stopping.signal.aborted) return;
      for (const target of this.targets) {
        const response = await fetch(`http://127.0.0.1:${target.port}/health/ready`).catch(() => undefined);
        target.isReady = response?.ok ?? false;
      }
    }
  }

  private join(near: Socket): void {
    near.on('error', () => undefined); // A close follows.
    const [target] = this.targets.filter(({ isReady }) => isReady).sort((a, b) => a.connections - b.connections);
    if (!target) return void near.resetAndDestroy();
    const far = connect(target.port, '127.0.0.1');
    far.on('error', () => undefined);
    target.connections += 1;
    far.once('close', () => (target.connections -= 1));
    near.pipe(far).pipe(near);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(socket);
      socket.once('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
  }
}
