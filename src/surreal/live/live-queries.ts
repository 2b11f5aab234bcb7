import { Logger } from '@nestjs/common';
import { Uuid, WebSocketEngine, type DriverContext, type RecordId } from 'surrealdb';
import { escapeName } from '../../values/escape-name.js';
import type { DatabaseUnavailable } from '../connection/database-unavailable.js';
import { retryConflict } from '../connection/retry-conflict.js';
import { SupervisedConnection } from '../connection/supervised-connection.js';
import type { SessionOptions } from '../connection/sdk-session.js';

/** One notification of a live query. */
export interface LiveMessage {
  readonly id: Uuid;
  readonly action: 'CREATE' | 'UPDATE' | 'DELETE' | 'KILLED';
  readonly record: RecordId;
  readonly result: unknown;
}

export interface LiveQueriesListener {
  /** Also of a table that isn't wanted any more, until its live query is killed. */
  message(table: string, message: LiveMessage): void;
  /** The connection broke; notifications may be missed from now on. */
  interrupted(reason: DatabaseUnavailable): void;
  /** These tables were listened to, then not, and are again: what came between was missed. */
  restored(tables: readonly string[]): void;
}

export interface LiveQueriesOptions extends SessionOptions {
  readonly name: string;
  readonly heartbeatMs: number;
  /** What is selected of each change. */
  readonly projection: string;
  /**
   * Whether a table's live query may be made, or killed, now; at any time by default. On a server both end whatever
   * transaction is about to delete records of that table, and is refused at its commit for it. That a connection closes ends none.
   */
  readonly mayListen?: (table: string) => boolean;
  readonly mayKill?: (table: string) => boolean;
}

/**
 * Unfiltered live queries, one a table, on a connection of their own: the server closes the socket of a subscriber for
 * which a hundred notifications wait, and nothing else may go down with it.
 */
export class LiveQueries {
  private readonly logger = new Logger(LiveQueries.name);
  private readonly connection: SupervisedConnection;
  private wanted: ReadonlySet<string> = new Set();
  private readonly live = new Map<string, string>();
  private readonly tables = new Map<string, string>();
  /** Live queries of this session that were killed, or should have been: what they still say counts for nothing. */
  private readonly killed = new Set<string>();
  /** Wanted tables whose live query ended without having been killed here. */
  private readonly lost = new Set<string>();
  /** Arming and killing take turns, or a table could end up with two live queries or none. */
  private turn: Promise<void> = Promise.resolve();
  private announceFirst: () => void = () => undefined;
  /** Settles when it has been connected once. */
  readonly firstSession = new Promise<void>((resolve) => (this.announceFirst = resolve));

  constructor(
    private readonly options: LiveQueriesOptions,
    private readonly listener: LiveQueriesListener,
  ) {
    const engine = everyLiveMessage((message) => this.received(message));
    this.connection = new SupervisedConnection(
      options.name,
      { ...options, engine },
      {
        connected: () => this.connected(),
        disconnected: (reason) => this.listener.interrupted(reason),
      },
    );
  }

  /** Whether this table's changes are being told. */
  hears(table: string): boolean {
    return this.connection.up && this.live.has(table);
  }

  /** How many tables' changes are being told. */
  get size(): number {
    return this.connection.up ? this.live.size : 0;
  }

  start(): void {
    this.connection.start();
  }

  stop(): Promise<void> {
    return this.connection.stop();
  }

  /** Listens to these tables, and in time to no others. Settles when that is so, or can't be for now. */
  async want(tables: Iterable<string>): Promise<void> {
    this.wanted = new Set(tables);
    if (this.connection.up) await this.reconcile();
  }

  /** Ends all live queries at once, and hurts no writer: their connection closes. Those that are wanted are made again. */
  hangUp(reason: string): void {
    if (this.live.size > 0) this.renew(reason);
  }

  /** Begins a new session: what was listened to in this one may be gone. */
  renew(reason: string): void {
    this.connection.renew(reason);
  }

  private async connected(): Promise<void> {
    for (const table of this.live.keys()) this.lost.add(table);
    this.live.clear();
    this.tables.clear();
    this.killed.clear();
    await this.reconcile();
    this.announceFirst();
  }

  private reconcile(): Promise<void> {
    this.turn = this.turn.then(async () => {
      const { mayListen = always, mayKill = always } = this.options;
      const unwanted = [...this.live].filter(([table]) => !this.wanted.has(table) && mayKill(table));
      const missing = [...this.wanted].filter((table) => !this.live.has(table) && mayListen(table));
      await Promise.all([
        ...unwanted.map(([table, id]) => this.attempt(() => this.kill(table, id))),
        ...missing.map((table) => this.attempt(() => this.listenTo(table))),
      ]);
      for (const table of this.lost) if (!this.wanted.has(table)) this.lost.delete(table);
      const restored = missing.filter((table) => this.live.has(table) && this.lost.delete(table));
      if (restored.length > 0) this.listener.restored(restored);
    });
    return this.turn;
  }

  private async kill(table: string, id: string): Promise<void> {
    this.live.delete(table);
    this.tables.delete(id);
    this.killed.add(id);
    await retryConflict(() => this.connection.query('KILL $id', { id: new Uuid(id) }));
    this.killed.delete(id);
  }

  private async listenTo(table: string): Promise<void> {
    const text = `LIVE SELECT ${this.options.projection} FROM ${escapeName(table)}`;
    const [id] = await retryConflict(() => this.connection.query(text));
    this.live.set(table, String(id));
    this.tables.set(String(id), table);
  }

  /** A table that is gone, or a connection that broke: `want` is said again, and tries again. */
  private async attempt(work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => this.logger.debug(String(error)));
  }

  private received(message: LiveMessage): void {
    const id = message.id.toString();
    const table = this.tables.get(id);
    if (message.action === 'KILLED') {
      this.tables.delete(id);
      if (table !== undefined && this.live.delete(table)) this.lost.add(table);
      return;
    }
    if (this.killed.has(id)) return;
    // A first notification can overtake the answer that tells the live query's id.
    this.listener.message(table ?? message.record.table.name, message);
  }
}

/** The SDK's engine, with every live message handed on: of two that arrive in one tick its own iterators drop one. */
function everyLiveMessage(listener: (message: LiveMessage) => void): (context: DriverContext) => WebSocketEngine {
  return (context) => {
    const engine = new WebSocketEngine(context);
    // Declared private, and the only place where every message passes.
    const original = Reflect.get(engine, 'handleRpcResponse') as (response: { id?: unknown; result?: unknown }) => void;
    Reflect.set(engine, 'handleRpcResponse', (response: { id?: unknown; result?: unknown }) => {
      if (response.id === undefined && isLiveMessage(response.result)) listener(response.result);
      else original.call(engine, response);
    });
    return engine;
  };
}

function always(): boolean {
  return true;
}

function isLiveMessage(value: unknown): value is LiveMessage {
  return typeof value === 'object' && value !== null && 'action' in value && 'id' in value && value.id instanceof Uuid;
}
