import type { Action, ClientFrame, Row, ServerFrame, SubscribedFrame, WelcomeFrame } from '@edge-hive/protocol';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** Values that arrive, handed out in order to whoever asks, before or after they came: none is missed. */
class Arrivals<Value> {
  private readonly values: Value[] = [];
  private readonly waiting: ((value: Value) => void)[] = [];

  add(value: Value): void {
    const next = this.waiting.shift();
    if (next) next(value);
    else this.values.push(value);
  }

  /** What came and nobody asked for yet. */
  get unread(): readonly Value[] {
    return this.values;
  }

  async next(): Promise<Value> {
    const value = this.values.shift();
    return value ?? new Promise((resolve) => this.waiting.push(resolve));
  }
}

type Frame<Type extends ClientFrame['type']> = Extract<ClientFrame, { type: Type }> & { id: string };

/** The server's end of one connection, played by a test. */
export class ScriptedConnection {
  readonly frames = new Arrivals<ClientFrame>();
  readonly closed: Promise<number>;

  constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => this.frames.add(JSON.parse(data.toString()) as ClientFrame));
    this.closed = once(socket, 'close').then(([code]) => code as number);
  }

  /** The next command, which has to be of this type. */
  async expect<Type extends ClientFrame['type']>(type: Type): Promise<Frame<Type>> {
    const frame = await this.frames.next();
    if (frame.type !== type) throw new Error(`Expected ${type}, got ${JSON.stringify(frame)}`);
    return frame as Frame<Type>;
  }

  send(...frames: ServerFrame[]): void {
    for (const frame of frames) this.socket.send(JSON.stringify(frame));
  }

  /** What is sent within arrives in one piece. */
  together(send: () => void): void {
    const { _socket: wire } = this.socket as unknown as { _socket: Socket }; // `ws` shows no other way to its stream
    wire.cork();
    send();
    wire.uncork();
  }

  sendText(text: string): void {
    this.socket.send(text);
  }

  /** Answers the next `subscribe`, and says what it was. */
  async acceptSubscription(stream: string, reply: Partial<SubscribedFrame> = {}): Promise<Frame<'subscribe'>> {
    const command = await this.expect('subscribe');
    const target = command.topic === undefined ? { channel: command.channel ?? '' } : { topic: command.topic };
    const { id } = command;
    this.send({ type: 'subscribed', id, ...target, stream, cursor: 'c0', epoch: 'e1', durable: true, ...reply });
    return command;
  }

  /** Answers the next `auth`, which opens the connection. */
  async welcome(changes: Partial<WelcomeFrame> = {}): Promise<Frame<'auth'>> {
    const command = await this.expect('auth');
    this.send({ ...WELCOME, ...changes });
    return command;
  }

  /** Answers the next `auth` as the server does: with an error, and a close code that says what other token will do. */
  async refuse(message: string, code: 4401 | 4410 = 4401): Promise<Frame<'auth'>> {
    const command = await this.expect('auth');
    this.send({ type: 'error', id: command.id, code: 'UNAUTHENTICATED', message, retryable: false });
    this.close(code, message);
    return command;
  }

  event(stream: string, id: string, cursor = `at-${id}`): void {
    const data = { id: `messages:${id}`, room: 'general' };
    const time = '2026-01-01T00:00:00.000Z';
    this.send({ type: 'event', topic: 'messages', stream, action: 'CREATE', data, cursor, time });
  }

  /** A change of a row of `messages`, given as a whole. Its cursor has its key, version and action. */
  change(stream: string, action: Action, data: Row, transition?: 'enter' | 'leave'): void {
    const cursor = `at-${data.id.replace('messages:', '')}${'v' in data ? `-${String(data['v'])}` : ''}-${action}`;
    const time = '2026-01-01T00:00:00.000Z';
    this.send({
      type: 'event',
      topic: 'messages',
      stream,
      action,
      data,
      cursor,
      time,
      ...(transition && { transition }),
    });
  }

  snapshot(stream: string, ...data: Row[]): void {
    this.send({ type: 'snapshot', stream, data, last: true });
  }

  /** A round trip: whatever was sent to the client before has been dealt with when it resolves. */
  async settled(): Promise<void> {
    const pong = once(this.socket, 'pong');
    this.socket.ping();
    await pong;
  }

  close(code: number, reason = ''): void {
    this.socket.close(code, reason);
  }

  /** Ends without a close frame, as a network failure does. */
  break(): void {
    this.socket.terminate();
  }

  /** Stops reading and answering, pings included, without closing. */
  freeze(): void {
    this.socket.pause();
  }
}

/** A WebSocket server on a port of its own that says only what a test lets it say. */
export class ScriptedServer {
  private readonly connections = new Arrivals<ScriptedConnection>();
  private accepted = 0;
  readonly port: number;

  private constructor(private readonly server: WebSocketServer) {
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (socket) => {
      this.accepted += 1;
      this.connections.add(new ScriptedConnection(socket));
    });
  }

  /** @param port 0: one that is free */
  static async start(port = 0): Promise<ScriptedServer> {
    const server = new WebSocketServer({ port, host: '127.0.0.1' });
    await once(server, 'listening');
    return new ScriptedServer(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/api/v1/realtime`;
  }

  /** How many connections there were. */
  get count(): number {
    return this.accepted;
  }

  async connection(): Promise<ScriptedConnection> {
    return this.connections.next();
  }

  async stop(): Promise<void> {
    for (const socket of this.server.clients) socket.terminate();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export const WELCOME: WelcomeFrame = {
  type: 'welcome',
  protocol: 1,
  connection: 'connection-1',
  principal: { id: 'user-1' },
  heartbeat: { interval: 25_000, timeout: 10_000 },
  limits: {
    frameBytes: 262_144,
    subscriptions: 100,
    filterConditions: 16,
    filterDepth: 4,
    filterElements: 1_024,
    filterBytes: 25_165_824,
    filterScans: 2_048,
    commandsPerSecond: 100,
    commandsBurst: 200,
    snapshotRows: 10_000,
    replayWindow: 10_000,
  },
};
