import { once } from 'node:events';
import type { ServerFrame } from '@edge-hive/protocol';
import { WebSocket, type ClientOptions } from 'ws';

/** Longest wait for a frame: a test that misses one says which, before jest says that it took too long. */
const WAIT_MS = 45_000;

export interface TestClientOptions extends ClientOptions {
  readonly token?: string;
  readonly protocols?: string[];
}

type Frame<Type extends ServerFrame['type']> = Extract<ServerFrame, { type: Type }>;

interface Waiter {
  readonly wants: (frame: ServerFrame) => boolean;
  readonly resolve: (frame: ServerFrame) => void;
}

/** A bare WebSocket client. Frames queue until they are awaited, so that none is missed. */
export class TestClient {
  /** Every frame that came, in order. */
  readonly frames: ServerFrame[] = [];
  /** Settles when the socket is closed, however it was. */
  readonly closed: Promise<{ code: number; reason: string }>;
  private readonly queue: ServerFrame[] = [];
  private readonly waiters = new Set<Waiter>();

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => this.received(JSON.parse(data.toString()) as ServerFrame));
    socket.on('error', () => undefined); // A close follows.
    this.closed = new Promise((resolve) =>
      socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    );
  }

  /** Settles when the socket is open. */
  static async connect(url: string, { token, protocols, ...options }: TestClientOptions = {}): Promise<TestClient> {
    const headers = { ...options.headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
    const client = new TestClient(new WebSocket(url, protocols ?? [], { ...options, headers }));
    await once(client.socket, 'open');
    return client;
  }

  send(frame: object): void {
    this.socket.send(JSON.stringify(frame));
  }

  /** The first frame of this type that was not taken yet; those before it stay. */
  next<Type extends ServerFrame['type']>(type: Type): Promise<Frame<Type>> {
    return this.take((frame): frame is Frame<Type> => frame.type === type, type);
  }

  /** The reply or error that echoes `id`. */
  reply(id: string): Promise<ServerFrame> {
    return this.take((frame): frame is ServerFrame => 'id' in frame && frame.id === id, `reply ${id}`);
  }

  /** Sends a command and waits for its reply. */
  request(command: {
    readonly id: string;
    readonly type: string;
    readonly [field: string]: unknown;
  }): Promise<ServerFrame> {
    this.send(command);
    return this.reply(command.id);
  }

  /** Settles when a condition on what came holds; it is looked at after each frame. */
  async until(condition: () => boolean, waitMs = 60_000): Promise<void> {
    const deadline = AbortSignal.timeout(waitMs);
    while (!condition()) {
      await once(this.socket, 'message', { signal: deadline }).catch(() => {
        throw new Error(`It did not come about in ${waitMs} ms; what came: ${this.summary()}`);
      });
    }
  }

  /** The types of frames that came, in order. */
  get types(): readonly ServerFrame['type'][] {
    return this.frames.map(({ type }) => type);
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.closed;
  }

  private take<Wanted extends ServerFrame>(
    wants: (frame: ServerFrame) => frame is Wanted,
    what: string,
  ): Promise<Wanted> {
    const at = this.queue.findIndex(wants);
    if (at !== -1) return Promise.resolve(this.queue.splice(at, 1)[0] as Wanted);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { wants, resolve: (frame) => resolve(frame as Wanted) };
      this.waiters.add(waiter);
      const fail = (why: string) => {
        if (this.waiters.delete(waiter)) reject(new Error(`No ${what} came${why}; what did: ${this.summary()}`));
      };
      setTimeout(() => fail(` in ${WAIT_MS} ms`), WAIT_MS).unref();
      void this.closed.then(({ code }) => fail(` before the close (${code})`));
    });
  }

  private received(frame: ServerFrame): void {
    this.frames.push(frame);
    for (const waiter of this.waiters) {
      if (!waiter.wants(frame)) continue;
      this.waiters.delete(waiter);
      waiter.resolve(frame);
      return;
    }
    this.queue.push(frame);
  }

  private summary(): string {
    return JSON.stringify(this.frames.slice(-10)).slice(0, 4_000);
  }
}
