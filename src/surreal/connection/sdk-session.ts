import {
  createRemoteEngines,
  ServerError,
  Surreal,
  WebSocketEngine,
  type DriverContext,
  type SystemAuth,
  type Uuid,
} from 'surrealdb';
import { WebSocket } from 'ws';
import { DatabaseUnavailable } from './database-unavailable.js';
import { FeedCodec } from '../entries/feed-codec.js';
import { Lifetime } from './lifetime.js';
import { resultsOf, type StatementAnswer } from './statement-results.js';
import type { SurrealEndpoint } from './surreal-endpoint.js';

/** A timer of Node that is to wait longer fires at once. */
const LONGEST_TIMER_SECONDS = (2 ** 31 - 1) / 1_000;

/** One answer a statement. */
export type Query = (text: string, bindings?: Record<string, unknown>) => Promise<unknown[]>;

export interface SessionOptions {
  /** Asked at each open: a database that the service runs itself has its port only once it is started. */
  readonly endpoint: () => SurrealEndpoint;
  readonly timeoutMs: number;
  /** Whether each change that is read of a changefeed keeps how the database encoded it. */
  readonly keepsSource?: boolean;
  /** Replaces the SDK's WebSocket engine. */
  readonly engine?: (context: DriverContext) => WebSocketEngine;
}

/**
 * One signed-in connection of the official SDK, from open to its first failure. It never reconnects: the SDK's own
 * reconnect sends in-flight calls twice and is terminal when signing in fails, so whoever supervises opens a new one.
 */
export class SdkSession {
  private readonly sockets = new Set<WebSocket>();
  private readonly surreal: Surreal;
  private readonly lifetime = new Lifetime();
  /** Settles when the connection has ended, with the reason. Never rejects. */
  readonly ended = this.lifetime.ended;
  private engine: WebSocketEngine | undefined;

  private constructor(private readonly options: SessionOptions) {
    const { sockets, lifetime } = this;
    const closed = (code: number) => lifetime.end(new DatabaseUnavailable(`the connection was closed (${code})`, code));
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
    const { engine: make = (context) => new WebSocketEngine(context) } = options;
    const engine = (context: DriverContext) => (this.engine = withoutLongTokens(make(context)));
    this.surreal = new Surreal({
      codecs: { cbor: (codec) => new FeedCodec(codec, options.keepsSource) },
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

  /**
   * From now on it speaks for whom the token does. Past the SDK, which keeps the token and shows it again by a timer of its own: at once,
   * over and over, where the token lasts longer than the 24.8 days that a timer can. That came between the tokens of others.
   *
   * @throws DatabaseUnavailable, or the server's error: then it is who it was
   */
  async authenticate(token: string): Promise<void> {
    await this.within(this.options.timeoutMs, () => this.connected.authenticate(token, undefined));
  }

  /** From now on it speaks for nobody. @throws DatabaseUnavailable, or the server's error */
  async invalidate(): Promise<void> {
    await this.within(this.options.timeoutMs, () => this.connected.invalidate(undefined));
  }

  /** One answer a statement. @throws DatabaseUnavailable, or the server's error about the first statement that failed. */
  query(text: string, bindings?: Record<string, unknown>, timeoutMs = this.options.timeoutMs): Promise<unknown[]> {
    return this.within(timeoutMs, () => this.ask(text, bindings));
  }

  /** Runs queries that all see one state of the database. Nothing is written: the transaction is cancelled at the end. */
  async readTransaction<T>(work: (query: Query) => Promise<T>, timeoutMs = this.options.timeoutMs): Promise<T> {
    const transaction = await this.within(timeoutMs, () => this.connected.begin(undefined));
    try {
      return await work((text, bindings) => this.within(timeoutMs, () => this.ask(text, bindings, transaction)));
    } finally {
      // It ends with the session where it can't be cancelled.
      this.within(timeoutMs, () => this.connected.cancel(transaction, undefined)).catch(() => undefined);
    }
  }

  async version(): Promise<string> {
    return (await this.within(this.options.timeoutMs, () => this.surreal.version())).version;
  }

  /** Tears the socket down at once; what is under way fails. */
  close(reason = 'the connection was given up'): void {
    this.lifetime.end(new DatabaseUnavailable(reason));
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

  /** Past the SDK's query builder, which takes as long for a small query as all the rest. */
  private async ask(text: string, bindings?: Record<string, unknown>, transaction?: Uuid): Promise<unknown[]> {
    const answers = await this.connected.send<'query', unknown[], readonly StatementAnswer[]>({
      method: 'query',
      params: bindings ? [text, bindings] : [text],
      ...(transaction && { txn: transaction }),
    });
    return resultsOf(answers);
  }

  private get connected(): WebSocketEngine {
    if (!this.engine) throw new DatabaseUnavailable('not connected yet');
    return this.engine;
  }

  private within<T>(timeoutMs: number, ask: () => Promise<T>): Promise<T> {
    return this.lifetime.within(timeoutMs, ask);
  }
}

/** A user may be defined on the database, the namespace or the root; nothing tells which but trying. */
function signInLevels({ namespace, database, username, password }: SurrealEndpoint): SystemAuth[] {
  const credentials = { username, password };
  return [credentials, { namespace, ...credentials }, { namespace, database, ...credentials }];
}

/**
 * The SDK shows a token again by a timer, a minute before it expires. Beyond what a timer can wait for it would do so at once, over
 * and over: it isn't told of such tokens. A session that the server ends before is opened anew.
 */
function withoutLongTokens(engine: WebSocketEngine): WebSocketEngine {
  const signin = engine.signin.bind(engine);
  engine.signin = async (auth, session) => {
    const tokens = await signin(auth, session);
    return lasts(tokens.access) > LONGEST_TIMER_SECONDS ? { ...tokens, access: '' } : tokens;
  };
  return engine;
}

/** Seconds; 0 where the token doesn't say. */
function lasts(token: string): number {
  const [, payload = ''] = token.split('.');
  const exp = /"exp":(\d+)/.exec(Buffer.from(payload, 'base64url').toString())?.[1];
  return exp === undefined ? 0 : Number(exp) - Date.now() / 1_000;
}

function isRefusal(error: unknown): boolean {
  return error instanceof ServerError && error.kind === 'NotAllowed';
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
