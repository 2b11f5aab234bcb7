import {
  RealtimeClient,
  type Row as ClientRow,
  type TopicEvent,
  type WebSocketConstructor,
} from '@edge-hive/realtime-client';
import { WebSocket } from 'ws';
import { REALTIME_PATH } from '@edge-hive/protocol';
import { tokenOf } from '../test/support/tokens.js';
import { Account } from './account.js';
import { BEAT } from './cast.js';
import type { ClientWire } from './client-wire.js';
import type { Cast, View } from './view.js';

const NEVER = 4_000_000_000;
const BACKOFF = { baseDelay: 100, maxDelay: 1_000 };

export interface Transition {
  readonly at: number;
  readonly text: string;
}

type Data = ClientRow;

/** A client through the library, over a wire of its own, and the accounts of its subscriptions. */
export class ChaosClient {
  readonly accounts: Account[] = [];
  /** What became of its connection. */
  readonly transitions: Transition[] = [];
  /** By close code. */
  readonly closes = new Map<number, number>();
  readonly errors: string[] = [];
  /** Frames that hold what it may not see. */
  readonly leaks: string[] = [];
  /** Told of each beat: when it was committed. */
  onBeat: (committed: number) => void = () => undefined;
  private readonly client: RealtimeClient;

  constructor(
    readonly cast: Cast,
    readonly wire: ClientWire,
  ) {
    const token = tokenOf(cast.principal, { exp: NEVER, ...cast.claims });
    this.client = new RealtimeClient(`ws://127.0.0.1:${wire.port}${REALTIME_PATH}`, {
      token,
      backoff: BACKOFF,
      WebSocket: cast.forbidden ? watchedSocket(cast.forbidden, this.leaks) : WebSocket,
    });
    this.client.on('error', (error) => this.errors.push(String(error)));
    this.client.on('state', (state) => {
      const reason = 'reason' in state ? `${state.reason.code} ${state.reason.reason}` : '';
      this.transitions.push({ at: Date.now(), text: `${state.status} ${reason}` });
      if (state.status === 'reconnecting') {
        const { code } = state.reason;
        this.closes.set(code, (this.closes.get(code) ?? 0) + 1);
      }
    });
  }

  /** Subscribes to what it hears from the beginning. Settles when all of it is served. */
  async start(): Promise<void> {
    const views = [BEAT, ...this.cast.views.filter(({ joins = 0 }) => joins === 0)];
    await Promise.all(views.map((view) => this.subscribe(view)));
  }

  /** Settles when it is served, which can take a while during a fault. */
  subscribe(view: View): Promise<void> {
    const account = new Account(`${this.cast.name} / ${view.topic} #${this.accounts.length}`, view, this.cast.name);
    this.accounts.push(account);
    return view.kind === 'collection' ? this.collect(account) : this.listen(account);
  }

  close(): void {
    this.client.close();
  }

  private listen(account: Account): Promise<void> {
    const { topic, filter, fields, events, kind } = account.view;
    return this.client.subscribe<Data>(topic, filter, (event) => this.take(account, event), {
      ...(fields && { fields: [...fields] }),
      ...(events && { events: [...events] }),
      ...(kind === 'snapshot' && { snapshot: true, onSnapshot: (rows: Data[]) => account.snapshot(rows) }),
      ...this.ends(account),
    }).ready;
  }

  private take(account: Account, event: TopicEvent<Data>): void {
    account.event(event);
    if (account.view === BEAT) this.onBeat(Date.parse(event.time));
  }

  private async collect(account: Account): Promise<void> {
    const { topic, filter, fields, orderBy, limit } = account.view;
    const collection = this.client.collection<Data>(topic, {
      ...(filter && { filter }),
      ...(fields && { fields: [...fields] }),
      ...(orderBy && { orderBy: [...orderBy] }),
      ...(limit !== undefined && { limit }),
      ...this.ends(account),
    });
    account.items = () => collection.items;
    account.isCurrent = () => collection.status === 'current';
    collection.subscribe((changes) => {
      for (const { id, item } of changes) {
        if (item) account.mirror.set(id, item);
        else account.mirror.delete(id);
      }
      account.moved();
    });
    collection.on('status', () => account.moved());
    await collection.ready;
  }

  private ends(account: Account) {
    return {
      onResync: account.resync.bind(account),
      onError: (error: Error) => (account.end = String(error)),
    };
  }
}

/** Looks at every frame as it comes off the wire, before the library does. */
function watchedSocket(forbidden: RegExp, leaks: string[]): WebSocketConstructor {
  return class extends WebSocket {
    constructor(url: string) {
      super(url);
      this.on('message', (data: Buffer) => {
        const text = data.toString();
        if (forbidden.test(text)) leaks.push(text.slice(0, 500));
      });
    }
  };
}
