import {
  createRemoteEngines,
  ServerError,
  Surreal,
  WebSocketEngine,
  type EngineFactory,
  type QueryResponse,
  type SystemAuth,
} from 'surrealdb';
import { WebSocket } from 'ws';
import { DatabaseUnavailable } from './database-unavailable.js';
import { withDeadline } from './deadline.js';
import { FeedCodec } from '../entries/feed-codec.js';
import type { SurrealEndpoint } from './surreal-endpoint.js';

/** One answer a statement. */
export type Query = (text: string, bindings?: Record<string, unknown>) => Promise<unknown[]>;

export interface SessionOptions {
  /** Asked at each open: a database that the service runs itself has its port only once it is started. */
  readonly endpoint: () => SurrealEndpoint;
  readonly timeoutMs: number;
  /** Replaces the SDK's WebSocket engine. */
  readonly engine?: EngineFactory;
}

/**
 * One signed-in connection of the official SDK, from open to its first failure. It never reconnects: the SDK's own
 * reconnect sends in-flight calls twice and is terminal when signing in fails, so whoever supervises opens a new one.
 */
export class SdkSession {
  private readonly sockets = new Set<WebSocket>();
  private readonly surreal: Surreal;
  /** Whoever waits for an answer. Racing answers with `ended` itself would keep each of them until the session ends. */
  private readonly waiting = new Set<(reason: DatabaseUnavailable) => void>();
  private lostFor: DatabaseUnavailable | undefined;
  private announceEnd: (reason: DatabaseUnavailable) => void = () => undefined;
  /** Settles when the connection has ended, with the reason. Never rejects. */
  readonly ended: Promise<DatabaseUnavailable>;

  private constructor(private readonly options: SessionOptions) {
    this.ended = new Promise((resolve) => (this.announceEnd = resolve));
    const sockets = this.sockets;
    const closed = (code: number) => this.lose(new DatabaseUnavailable(`the connection was closed (${code})`, code));
    // A half-open socket ignores a polite close; only the socket itself can be torn down, so each is kept.
    class TrackedSocket extends WebSocket {
      constructor(url: string, protocols: string) {
        super(url, protocols, { perMessageDeflate: false, handshakeTimeout: options.timeoutMs });
        sockets.add(this);
        this.once('close', (code) => {
          sockets.delete(this);
          closed(code);
        });
      }
    }
    const engine = options.engine ?? ((context) => new WebSocketEngine(context));
    this.surreal = new Surreal({
      codecs: { cbor: (options) => new FeedCodec(options) },
      engines: { ...createRemoteEngines(), ws: engine, wss: engine },
      // The SDK asks for the DOM's constructor type; `ws` has its shape.
      websocketImpl: TrackedSocket as unknown as typeof globalThis.WebSocket,
    });
  }

  /** @throws DatabaseUnavailable when the server can't be reached or refuses the user. */
  static async open(options: SessionOptions): Promise<SdkSession> {
    const levels = signInLevels(options.endpoint());
    for (;;) {
      const session = new SdkSession(options);
      try {
        await session.within(options.timeoutMs, () => session.connect(levels[0]));
        return session;
      } catch (error) {
        session.close();
        if (error instanceof DatabaseUnavailable) throw error;
        levels.shift();
        if (!isRefusal(error) || levels.length === 0) throw new DatabaseUnavailable(describe(error));
      }
    }
  }

  /** A session that speaks for nobody until it is shown a token. @throws DatabaseUnavailable when the server can't be reached. */
  static async openAnonymous(options: SessionOptions): Promise<SdkSession> {
    const session = new SdkSession(options);
    try {
      await session.within(options.timeoutMs, () => session.connect(undefined));
      return session;
    } catch (error) {
      session.close();
      throw error instanceof DatabaseUnavailable ? error : new DatabaseUnavailable(describe(error));
    }
  }

  /** From now on it speaks for whom the token does. @throws DatabaseUnavailable, or the server's error: then it is who it was */
  async authenticate(token: string): Promise<void> {
    await this.within(this.options.timeoutMs, () => this.surreal.authenticate(token));
  }

  /** From now on it speaks for nobody. @throws DatabaseUnavailable, or the server's error */
  async invalidate(): Promise<void> {
    await this.within(this.options.timeoutMs, () => this.surreal.invalidate());
  }

  /** One answer a statement. @throws DatabaseUnavailable, or the server's error about the first statement that failed. */
  async query(
    text: string,
    bindings?: Record<string, unknown>,
    timeoutMs = this.options.timeoutMs,
  ): Promise<unknown[]> {
    return results(await this.within(timeoutMs, () => this.surreal.query(text, bindings).responses()));
  }

  /** Runs queries that all see one state of the database. Nothing is written: the transaction is cancelled at the end. */
  async readTransaction<T>(work: (query: Query) => Promise<T>, timeoutMs = this.options.timeoutMs): Promise<T> {
    const transaction = await this.within(timeoutMs, () => this.surreal.beginTransaction());
    try {
      return await work(async (text, bindings) =>
        results(await this.within(timeoutMs, () => transaction.query(text, bindings).responses())),
      );
    } finally {
      // It ends with the session where it can't be cancelled.
      this.within(timeoutMs, () => transaction.cancel()).catch(() => undefined);
    }
  }

  async version(): Promise<string> {
    return (await this.within(this.options.timeoutMs, () => this.surreal.version())).version;
  }

  /** Tears the socket down at once; what is under way fails. */
  close(reason = 'the connection was given up'): void {
    this.lose(new DatabaseUnavailable(reason));
    for (const socket of this.sockets) socket.terminate();
    // A ping that the SDK has pending at close rejects where nobody listens.
    this.surreal.close().catch(() => undefined);
  }

  private async connect(level: SystemAuth | undefined): Promise<void> {
    const { url, namespace, database } = this.options.endpoint();
    // Given here and not by signin(): only what connect() was given is used again when the session's token expires.
    const authentication = level ? { authentication: level } : {};
    await this.surreal.connect(url, { namespace, database, ...authentication, reconnect: false, versionCheck: false });
  }

  /** Once the connection has ended the SDK isn't asked: some of its calls throw at once, and what they throw is its own. */
  private async within<T>(timeoutMs: number, ask: () => Promise<T>): Promise<T> {
    if (this.lostFor) throw this.lostFor;
    const work = ask();
    let lose: (reason: DatabaseUnavailable) => void = () => undefined;
    const lost = new Promise<never>((_, reject) => (lose = reject));
    this.waiting.add(lose);
    work.catch(() => undefined); // when the session ends first, nobody else is left to hear of it
    try {
      return await withDeadline(timeoutMs, Promise.race([work, lost]));
    } finally {
      this.waiting.delete(lose);
    }
  }

  private lose(reason: DatabaseUnavailable): void {
    if (this.lostFor) return;
    this.lostFor = reason;
    this.announceEnd(reason);
    for (const lose of this.waiting) lose(reason);
  }
}

function results(responses: readonly QueryResponse[]): unknown[] {
  return responses.map((response) => {
    if (!response.success) throw response.error;
    return response.result;
  });
}

/** A user may be defined on the database, the namespace or the root; nothing tells which but trying. */
function signInLevels({ namespace, database, username, password }: SurrealEndpoint): SystemAuth[] {
  const credentials = { username, password };
  return [credentials, { namespace, ...credentials }, { namespace, database, ...credentials }];
}

function isRefusal(error: unknown): boolean {
  return error instanceof ServerError && error.kind === 'NotAllowed';
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
