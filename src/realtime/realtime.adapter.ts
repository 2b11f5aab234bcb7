import type { IncomingMessage, Server } from 'node:http';
import { REALTIME_PATH } from '@edge-hive/protocol';
import type { INestApplication } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import type { RawData, WebSocket, WebSocketServer } from 'ws';
import { Config } from '../config/config.js';
import { Connection } from './connection.js';
import { ConnectionFactory } from './connection.factory.js';
import { hasGlobalEnhancers } from './global-enhancers.js';
import { chooseSubprotocol } from './handshake.js';
import { LimitedLog } from '../errors/limited-log.js';
import { PublishRoute } from './publish-route.js';
import { RealtimeSocket } from './realtime-socket.js';
import { SocketGuard } from './socket-guard.js';
import { routeUpgrades, type Endpoint } from './upgrade-router.js';

/** Reads and fragments that a frame may come in; more of a very large one. */
const LEAST_READS = 1_024;
const LEAST_FRAGMENTS = 64;

/** For how long a client may take to answer a close, in ms, before it is cut. */
const CLOSE_MS = 2_000;

type ServerOptions = NonNullable<Parameters<WsAdapter['create']>[1]>;
type MessageHandlers = Parameters<WsAdapter['bindMessageHandlers']>[1];
type Transform = Parameters<WsAdapter['bindMessageHandlers']>[2];

/**
 * Sockets on the realtime path become connections, and Nest sees these as its clients; gateways on other paths keep the
 * behaviour of `WsAdapter`. Commands run one after the other, without a chain of observables for each socket.
 */
export class RealtimeAdapter extends WsAdapter {
  private readonly errors = new LimitedLog(RealtimeAdapter.name);
  private readonly factory: ConnectionFactory;
  private readonly guard: SocketGuard;
  private readonly frameBytes: number;
  private realtime: WebSocketServer | undefined;

  constructor(private readonly app: INestApplication) {
    super(app);
    this.factory = app.get(ConnectionFactory);
    this.guard = app.get(SocketGuard);
    this.frameBytes = app.get(Config).limitFrameBytes;
  }

  override create(port: number, options: ServerOptions = {}): WebSocketServer {
    if (options.path !== REALTIME_PATH) return super.create(port, options) as WebSocketServer;
    this.app.get(PublishRoute).open = !hasGlobalEnhancers(this.app);
    this.realtime = super.create(port, {
      ...options,
      WebSocket: RealtimeSocket,
      maxPayload: this.frameBytes,
      perMessageDeflate: false,
      autoPong: false,
      // Each read and each fragment costs more than its bytes: sent byte by byte, one frame would take a hundred times its size.
      maxBufferedChunks: Math.max(LEAST_READS, this.frameBytes / 256),
      maxFragments: Math.max(LEAST_FRAGMENTS, this.frameBytes / 4_096),
      closeTimeout: CLOSE_MS,
      handleProtocols: chooseSubprotocol,
    }) as WebSocketServer;
    return this.realtime;
  }

  protected override ensureHttpServerExists(port: number, httpServer?: Server): Server | undefined {
    const server = super.ensureHttpServerExists(port, httpServer);
    if (!server) return undefined;
    this.guard.guard(server);
    // Nest's type for its servers is `any`; it puts their path into each.
    routeUpgrades(server, () => (this.wsServersRegistry.get(port) ?? []) as Endpoint[]);
    return server;
  }

  override bindClientConnect(server: WebSocketServer, callback: (...args: unknown[]) => void): void {
    if (server !== this.realtime) return super.bindClientConnect(server, callback);
    server.on('connection', (socket: RealtimeSocket, request: IncomingMessage) => {
      const connection = this.connectionOf(socket, request);
      if (connection) callback(connection, request);
    });
  }

  override bindMessageHandlers(client: unknown, handlers: MessageHandlers, transform: Transform): void {
    if (client instanceof Connection) client.handlers = [...client.handlers, ...handlers];
    else super.bindMessageHandlers(client, handlers, transform);
  }

  override bindClientDisconnect(client: Connection | RealtimeSocket, callback: () => void): void {
    if (client instanceof Connection) client.whenGone(callback);
    else super.bindClientDisconnect(client, callback);
  }

  /** What a client's socket fails with is the client's doing: a stack for each would let anyone fill the log. */
  override bindErrorHandler(server: WebSocketServer): WebSocketServer {
    server.on('connection', (socket) => socket.on('error', ignore));
    server.on('error', (error) => this.errors.error('The WebSocket server failed.', error));
    return server;
  }

  /** Requests that are still being answered would keep the HTTP server, which is closed next, from closing. */
  override async dispose(): Promise<void> {
    await super.dispose();
    (this.httpServer as Server).closeAllConnections();
  }

  /** Several gateways can listen on the path: they share the connection. */
  private connectionOf(socket: RealtimeSocket, request: IncomingMessage): Connection | undefined {
    if (socket.connection) return socket.connection;
    if (socket.readyState !== socket.OPEN) return undefined;
    socket.connection = this.factory.open(socket, request);
    const { connection } = socket;
    if (!connection) return undefined;
    socket.on('message', onMessage).on('ping', onPing).on('pong', onPong);
    const receive = (payload: Buffer): void => connection.receive(payload, false);
    socket.readAhead(this.frameBytes, receive, () => connection.read());
    return connection;
  }
}

function onMessage(this: WebSocket, data: RawData, binary: boolean): void {
  // `ws` hands out other than a Buffer only to who asked for it.
  if (this instanceof RealtimeSocket) this.connection?.receive(data as Buffer, binary);
}

/** `ws` by itself answers however little the client reads: its pongs would pile up without bound. */
function onPing(this: WebSocket, data: Buffer): void {
  if (this instanceof RealtimeSocket) this.connection?.pinged(data);
}

function onPong(this: WebSocket): void {
  if (this instanceof RealtimeSocket) this.connection?.ponged();
}

function ignore(): void {
  // A close with its code follows.
}
