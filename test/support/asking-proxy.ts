import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer, type RawData } from 'ws';

/** A way to the database that knows what is asked over it, connection by connection. */
export class AskingProxy {
  /** What came over each connection. */
  private readonly asked = new Map<WebSocket, { all: number; changes: number }>();

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
      this.note(near, bytesOf(data).includes('SHOW CHANGES'));
      void opened.then(() => far.send(data, { binary: isBinary }));
    });
    far.on('message', (data, isBinary) => near.send(data, { binary: isBinary }));
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.on('error', () => undefined); // A close follows.
      socket.once('close', () => other.terminate());
    }
  }
}

function bytesOf(data: RawData): Buffer {
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer);
}
