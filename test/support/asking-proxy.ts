import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer, type RawData } from 'ws';

interface Holding {
  readonly what: string;
  readonly begun: () => void;
}

/** A way to the database that knows what is asked over it, connection by connection, and can keep answers back. */
export class AskingProxy {
  /** What came over each connection. */
  private readonly asked = new Map<WebSocket, { all: number; changes: number }>();
  private holding: Holding | undefined;
  /** Of connections whose answers are kept back, what is to be sent later. */
  private readonly kept = new Map<WebSocket, (() => void)[]>();
  private replacing: { readonly what: string; readonly by: string } | undefined;

  private constructor(
    private readonly server: WebSocketServer,
    private readonly target: string,
  ) {
    server.on('connection', (near, request) => this.join(near, request.headers['sec-websocket-protocol']));
  }

  /** @param target the WebSocket URL of a database */
  static async start(target: string): Promise<AskingProxy> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload: 2 ** 30 });
    await once(server, 'listening');
    return new AskingProxy(server, target);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}${new URL(this.target).pathname}`;
  }

  /** Connections over which changes were asked for. */
  get readers(): number {
    return this.reading.length;
  }

  /** Requests of all kinds. */
  get asks(): number {
    return [...this.asked.values()].reduce((sum, { all }) => sum + all, 0);
  }

  /** Those that came over connections over which changes were asked for. */
  get asksOfReaders(): number {
    return this.reading.reduce((sum, { all }) => sum + all, 0);
  }

  /** Nothing was asked so far. */
  forget(): void {
    for (const socket of this.asked.keys()) this.asked.set(socket, { all: 0, changes: 0 });
  }

  /** From now on the database is asked with another text of the same length in the place of this one. */
  replace(what: string, by: string): void {
    this.replacing = { what, by };
  }

  /**
   * From now on a connection that asks for this gets no answers any more, neither to that nor to anything behind it, until `release()`.
   *
   * @returns what settles when the first one has asked
   */
  hold(what: string): Promise<void> {
    return new Promise((begun) => (this.holding = { what, begun }));
  }

  /** What was kept back arrives, in its order. */
  release(): void {
    this.holding = undefined;
    for (const sends of this.kept.values()) for (const send of sends) send();
    this.kept.clear();
  }

  async stop(): Promise<void> {
    for (const socket of this.server.clients) socket.terminate();
    this.server.close();
    await once(this.server, 'close');
  }

  private get reading(): { all: number; changes: number }[] {
    return [...this.asked.values()].filter(({ changes }) => changes > 0);
  }

  private note(socket: WebSocket, isForChanges: boolean): void {
    const { all, changes } = this.asked.get(socket) ?? { all: 0, changes: 0 };
    this.asked.set(socket, { all: all + 1, changes: changes + (isForChanges ? 1 : 0) });
  }

  private join(near: WebSocket, protocol = ''): void {
    const far = new WebSocket(this.target, protocol.split(/, */).filter(Boolean), { maxPayload: 2 ** 30 });
    const opened = once(far, 'open').catch(() => undefined);
    this.asked.set(near, { all: 0, changes: 0 });
    near.on('message', (data, isBinary) => {
      const bytes = bytesOf(data);
      this.note(near, bytes.includes('SHOW CHANGES'));
      this.keepBack(near, bytes);
      const sent = this.replaced(bytes);
      void opened.then(() => far.send(sent, { binary: isBinary }));
    });
    far.on('message', (data, isBinary) => {
      const send = () => near.send(data, { binary: isBinary });
      const kept = this.kept.get(near);
      if (kept) kept.push(send);
      else send();
    });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.on('error', () => undefined); // A close follows.
      socket.once('close', () => other.terminate());
    }
  }

  private keepBack(near: WebSocket, asked: Buffer): void {
    if (!this.holding || !asked.includes(this.holding.what)) return;
    if (!this.kept.has(near)) this.kept.set(near, []);
    this.holding.begun();
  }

  private replaced(bytes: Buffer): Buffer {
    if (!this.replacing) return bytes;
    const { what, by } = this.replacing;
    const at = bytes.indexOf(what);
    return at === -1
      ? bytes
      : Buffer.concat([bytes.subarray(0, at), Buffer.from(by), bytes.subarray(at + what.length)]);
  }
}

function bytesOf(data: RawData): Buffer {
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer);
}
