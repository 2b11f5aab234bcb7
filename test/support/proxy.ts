import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Transform, type TransformCallback } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/** A wire between two processes, such as gateway and database, that a test can cut, and make long. */
export class TcpProxy {
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private refusing = false;
  private lagMs = 0;
  /** Until it settles nothing comes back. */
  private held: Promise<void> | undefined;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (near) => this.join(near));
  }

  /** @param target URL of a database, or of Redis. */
  static async start(target: string): Promise<TcpProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, new URL(target));
  }

  /** The same address, by way of this proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** Connections that it carries, half-open ones included. */
  get connections(): number {
    return this.pairs.size;
  }

  /** Carries nothing more on the connections that there are, and closes none of them; new ones work. */
  blackhole(): void {
    for (const pair of this.pairs) {
      for (const socket of pair) socket.unpipe().pause();
    }
  }

  /** Whatever is sent from now on, each way, arrives so much later. */
  slowDown(lagMs: number): void {
    this.lagMs = lagMs;
  }

  /** Keeps what comes back, until it is told to let it go. */
  holdAnswers(): () => void {
    let release: () => void = () => undefined;
    this.held = new Promise((resolve) => (release = resolve));
    return () => {
      this.held = undefined;
      release();
    };
  }

  /** Resets every connection; new ones work. */
  cut(): void {
    for (const pair of this.pairs) for (const socket of pair) socket.resetAndDestroy();
  }

  /** Resets every connection, and each new one, until `admit()`. */
  refuse(): void {
    this.refusing = true;
    this.cut();
  }

  admit(): void {
    this.refusing = false;
  }

  async stop(): Promise<void> {
    this.refuse();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(near: Socket): void {
    if (this.refusing) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(Number(this.target.port), this.target.hostname);
    const pair = [near, far] as const;
    this.pairs.add(pair);
    for (const [socket, other] of [pair, [far, near]] as const) {
      const wait = () => (socket === far ? this.held : undefined) ?? (this.lagMs > 0 ? delay(this.lagMs) : undefined);
      socket.pipe(new Lag(wait)).pipe(other);
      socket.on('error', () => undefined); // A close follows.
      socket.once('close', () => {
        other.destroy();
        this.pairs.delete(pair);
      });
    }
  }
}

/** Hands on what comes in its order, later. */
class Lag extends Transform {
  private handedOn: Promise<unknown> = Promise.resolve();

  /** @param wait what is waited for before what comes now is handed on */
  constructor(private readonly wait: () => Promise<unknown> | undefined) {
    super();
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    const due = this.wait();
    this.handedOn = this.handedOn.then(() => due).then(() => this.push(chunk));
    done();
  }

  override _flush(done: TransformCallback): void {
    void this.handedOn.then(() => done());
  }
}
