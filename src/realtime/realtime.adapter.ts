import type { IncomingMessage, Server } from 'node:http';
import { REALTIME_PATH } from '@edge-hive/protocol';
import type { INestApplication } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import type { WebSocketServer } from 'ws';
import { Config } from '../config/config.js';
import { LimitedLog } from '../errors/limited-log.js';
import { Session } from '../session/session.js';
import { Sessions } from '../session/sessions.js';
import { Commands } from './commands.js';
import { Dispatcher } from './dispatcher.js';
import { hasGlobalEnhancers } from './global-enhancers.js';
import { PublishRoute } from './publish-route.js';
import type { SessionSocket } from './session-socket.js';
import { sessionSocketOptions } from './session-socket-options.js';
import { SocketGuard } from './socket-guard.js';
import { routeUpgrades, type Endpoint } from './upgrade-router.js';

type ServerOptions = NonNullable<Parameters<WsAdapter['create']>[1]>;
type MessageHandlers = Parameters<WsAdapter['bindMessageHandlers']>[1];
type Transform = Parameters<WsAdapter['bindMessageHandlers']>[2];

/**
 * Sockets on the realtime path carry sessions, and Nest sees these as its clients; gateways on other paths keep the
 * behaviour of `WsAdapter`. Commands run one after the other, without a chain of observables for each socket.
 */
export class RealtimeAdapter extends WsAdapter {
  private readonly errors = new LimitedLog(RealtimeAdapter.name);
  private readonly sessions: Sessions;
  private readonly dispatcher: Dispatcher;
  private readonly guard: SocketGuard;
  private readonly frameBytes: number;
  private realtime: WebSocketServer | undefined;

  constructor(private readonly app: INestApplication) {
    super(app);
    this.sessions = app.get(Sessions);
    this.dispatcher = app.get(Dispatcher);
    this.guard = app.get(SocketGuard);
    this.frameBytes = app.get(Config).limitFrameBytes;
  }

  override create(port: number, options: ServerOptions = {}): WebSocketServer {
    if (options.path !== REALTIME_PATH) return super.create(port, options) as WebSocketServer;
    this.app.get(PublishRoute).open = !hasGlobalEnhancers(this.app);
    this.realtime = super.create(port, { ...options, ...sessionSocketOptions(this.frameBytes) }) as WebSocketServer;
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
    server.on('connection', (socket: SessionSocket, request: IncomingMessage) => {
      const session = this.sessionOf(socket, request);
      if (session) callback(session, request);
    });
  }

  override bindMessageHandlers(client: unknown, handlers: MessageHandlers, transform: Transform): void {
    if (client instanceof Session && client.handler instanceof Commands) client.handler.add(handlers);
    else super.bindMessageHandlers(client, handlers, transform);
  }

  override bindClientDisconnect(client: Session | SessionSocket, callback: () => void): void {
    if (client instanceof Session) client.whenGone(callback);
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

  /** Several gateways can listen on the path: they share the session. */
  private sessionOf(socket: SessionSocket, request: IncomingMessage): Session | undefined {
    if (socket.session || !socket.writable) return socket.session;
    const session = this.sessions.open(socket, request, new Commands(this.dispatcher));
    if (session) socket.carry(session, this.frameBytes);
    return session;
  }
}

function ignore(): void {
  // A close with its code follows.
}
