import type { Row as ClientRow, TopicEvent, WebSocketConstructor } from '@edge-hive/realtime-client';
import { WebSocket } from 'ws';
import { Account } from './account.js';
import { BEAT } from './cast.js';
import type { ClientWire } from './client-wire.js';
import type { Cast, View } from './view.js';
import { WiredClient } from './wired-client.js';

type Data = ClientRow;

/** A client that is subscribed to tables, and the accounts of its subscriptions. */
export class ChaosClient extends WiredClient {
  readonly accounts: Account[] = [];
  /** Frames that hold what it may not see. */
  readonly leaks: string[];

  constructor(
    readonly cast: Cast,
    wire: ClientWire,
  ) {
    const leaks: string[] = [];
    super(cast.name, wire, { ...cast, ...(cast.forbidden && { WebSocket: watchedSocket(cast.forbidden, leaks) }) });
    this.leaks = leaks;
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
