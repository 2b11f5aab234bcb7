import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  readonly gateway: number;
  /** Carries nothing any more, not even an end. */
  isDead: boolean;
}

export interface WireTarget {
  readonly gateway: number;
  readonly port: number;
}

/** One client's way to the gateways: which of them it comes to is chosen anew for each connection. */
export class ClientWire {
  private readonly pairs = new Set<Pair>();
  private isStalled = false;

  private constructor(
    private readonly server: Server,
    private readonly choose: () => WireTarget | undefined,
  ) {
    server.on('connection', (near) => this.join(near));
  }

  static async to(choose: () => WireTarget | undefined): Promise<ClientWire> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ClientWire(server, choose);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  leadsTo(gateway: number): boolean {
    return [...this.pairs].some((pair) => !pair.isDead && pair.gateway === gateway);
  }

  /** Resets the connection; the next one works. */
  cut(): void {
    for (const { near, far } of this.pairs) for (const socket of [near, far]) socket.resetAndDestroy();
  }

  /** Carries nothing more on the connection, and doesn't close it; the next one works. */
  blackhole(): void {
    for (const pair of this.pairs) {
      pair.isDead = true;
      for (const socket of [pair.near, pair.far]) socket.unpipe().pause();
    }
  }

  /** Takes nothing from the gateway until `resume()`, as a reader does that is busy. */
  stall(): void {
    this.isStalled = true;
    for (const { far, near } of this.pairs) far.unpipe(near).pause();
  }

  resume(): void {
    this.isStalled = false;
    for (const { far, near, isDead } of this.pairs) if (!isDead) far.pipe(near);
  }

  async stop(): Promise<void> {
    this.server.close();
    for (const { near, far } of this.pairs) for (const socket of [near, far]) socket.destroy();
    await once(this.server, 'close');
  }

  private join(near: Socket): void {
    near.on('error', () => undefined); // A close follows.
    const target = this.choose();
    if (target === undefined) return void near.resetAndDestroy();
    const far = connect(target.port, '127.0.0.1');
    far.on('error', () => undefined);
    const pair: Pair = { near, far, gateway: target.gateway, isDead: false };
    this.pairs.add(pair);
    near.pipe(far);
    if (!this.isStalled) far.pipe(near);
    near.once('close', () => this.part(pair, far));
    far.once('close', () => {
      if (!pair.isDead) this.part(pair, near);
    });
  }

  private part(pair: Pair, other: Socket): void {
    this.pairs.delete(pair);
    other.destroy();
  }
}
