import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { type Engine, engineVersion } from './engine.js';
import { splitEnvelope } from './envelope.js';
import { readNotification } from './live-queries.js';
import { RpcConnection, type Routes } from './rpc-connection.js';

/** Until the headers of a request, and all of it, have to be there, in ms. */
const DEADLINES = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 1_000 };

/** For how long a client may take to answer a close, in ms, before it is cut. */
const CLOSE_MS = 2_000;

export interface RpcServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Origins whose pages may connect; clients that are no browser send none and always may. */
  readonly allowedOrigins: readonly string[];
  /** Largest message of a client, in bytes. */
  readonly maxPayload: number;
}

/** Serves an engine at `ws://127.0.0.1:PORT/rpc` as a SurrealDB server would, with `/health` and `/version` beside it. */
export class RpcServer {
  readonly #connections = new Set<RpcConnection>();
  readonly #ending = new Set<Promise<void>>();
  readonly #routes: Routes = { sessions: new Map(), liveQueries: new Map() };
  readonly #sockets: WebSocketServer;
  readonly #http: Server;

  constructor(
    private readonly engine: Engine,
    private readonly options: RpcServerOptions,
  ) {
    const { maxPayload } = options;
    // By a name: the types of `ws` lack `closeTimeout`.
    const webSockets = { noServer: true, maxPayload, closeTimeout: CLOSE_MS, handleProtocols: () => 'cbor' };
    this.#sockets = new WebSocketServer(webSockets);
    this.#http = createServer(DEADLINES, (request, response) => {
      const body = pages[request.url ?? ''];
      response.writeHead(body ? 200 : 404, { 'content-type': 'text/plain' }).end(body?.() ?? 'Not found\n');
    });
    // First of all that happens to a socket: Node has taken its own listener off when it hands one out for an upgrade.
    this.#http.prependListener('connection', (socket) => socket.on('error', () => socket.destroy()));
    this.#http.on('upgrade', (request, stream: Duplex, head: Buffer) => this.#upgrade(request, stream, head));
  }

  /** @returns the port it listens on */
  async listen(): Promise<number> {
    this.#http.listen(this.options.port, '127.0.0.1');
    await once(this.#http, 'listening');
    void this.#routeNotifications();
    return (this.#http.address() as AddressInfo).port;
  }

  /** Closes every socket and ends what it had in the engine. */
  async close(): Promise<void> {
    this.#http.close();
    for (const socket of this.#sockets.clients) socket.close(1001, 'The database is shutting down');
    await Promise.all([...this.#connections].map((connection) => this.#end(connection)));
    await Promise.all(this.#ending);
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#http.closeAllConnections();
  }

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const refusal = this.#refusal(request);
    if (refusal !== undefined) {
      stream.once('finish', () => stream.destroy());
      stream.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.#sockets.handleUpgrade(request, stream, head, (socket) => {
      const connection = new RpcConnection(socket, this.engine, this.#routes);
      this.#connections.add(connection);
      socket.on('error', () => socket.terminate());
      socket.once('close', () => void this.#end(connection));
    });
  }

  #refusal({ url, headers }: IncomingMessage): string | undefined {
    const { origin } = headers;
    if (url !== '/rpc') return '404 Not Found';
    if (origin !== undefined && !this.options.allowedOrigins.includes(origin)) return '403 Forbidden';
    const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    return offered.includes('cbor') ? undefined : '400 Subprotocol cbor required';
  }

  #end(connection: RpcConnection): Promise<void> {
    if (!this.#connections.delete(connection)) return Promise.resolve();
    const ended = connection.end().finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
    return ended;
  }

  async #routeNotifications(): Promise<void> {
    const notifications = await this.engine.notifications();
    for (let bytes = await notifications.recv(); bytes !== null; bytes = await notifications.recv()) {
      const notification = readNotification(splitEnvelope(bytes));
      const { sessions, liveQueries } = this.#routes;
      const owner = notification.session === undefined ? undefined : sessions.get(notification.session);
      (owner ?? liveQueries.get(notification.id))?.notify(notification);
    }
  }
}

const pages: Partial<Record<string, () => string>> = {
  '/health': () => '',
  '/version': () => `surrealdb-${engineVersion()}`,
};
