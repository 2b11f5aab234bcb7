import type { Row } from '@edge-hive/protocol';
import type { ActiveSubscription, SubscriptionSpec, ViewListener } from '../subscriptions/active-subscription.js';
import { type CollectionOptions, snapshotOf } from './collection-options.js';
import { Deferred } from '../deferred.js';
import { Emitter } from '../emitter.js';
import type { Report } from '../errors.js';
import { rowOrder } from './row-order.js';
import { type RowChange, RowSet } from './row-set.js';
import type { TopicEvent } from '../subscriptions/subscription.js';
import { topicSpec } from './topic.js';

/** A limited collection whose rows leave is read anew this often at most, in milliseconds. */
const READ_INTERVAL = 500;

/**
 * `loading`: no row has come yet. `current`: it has every change that the server delivered. `stale`: the connection is gone, or
 * changes were missed; its rows are the last that are known, and it becomes current by itself.
 */
export type CollectionStatus = 'loading' | 'current' | 'stale';

export interface CollectionEvents<Item extends { id: string }> {
  /** One for each row of a batch, once all rows of the batch are in place. */
  change: RowChange<Item>;
  status: CollectionStatus;
}

export type CollectionListener<Item extends { id: string }> = (changes: readonly RowChange<Item>[]) => void;

export interface CollectionHost {
  begin<Event>(spec: SubscriptionSpec<Event>): ActiveSubscription<Event>;
  report: Report;
}

/** The rows of a table that match, kept as they are in the database. */
export class Collection<Item extends { id: string } = Row> {
  private readonly readiness = new Deferred();
  /** Resolves when the rows are there. Rejects with why they never will be. */
  readonly ready = this.readiness.promise;
  private readonly rows: RowSet<Item>;
  private readonly events = new Emitter<CollectionEvents<Item> & { batch: readonly RowChange<Item>[] }>();
  private readonly subscription: ActiveSubscription<TopicEvent<Item>>;
  private current: CollectionStatus = 'loading';
  private isNotifying = false;
  /** A snapshot comes, or a replay, before which events say nothing: they may be older than the rows. */
  private isWaiting = true;
  /** Which rows are the first isn't known: they have to be read. */
  private isShort = false;
  private readAt = -Infinity;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @throws TypeError naming the option that can't be used */
  constructor(
    topic: string,
    options: CollectionOptions,
    private readonly host: CollectionHost,
  ) {
    this.ready.catch(() => undefined); // onError or the error event say it as well
    this.rows = new RowSet(rowOrder(options.orderBy ?? []), options.limit);
    this.subscription = host.begin(this.spec(topic, options));
  }

  /** In order. The same array until a row changes. */
  get items(): readonly Item[] {
    return this.rows.items;
  }

  get(id: string): Item | undefined {
    return this.rows.get(id);
  }

  get size(): number {
    return this.rows.size;
  }

  get status(): CollectionStatus {
    return this.current;
  }

  /**
   * Calls with what has changed, all changes of one turn together; a new snapshot counts as its difference. Together with
   * `items` this is what React's `useSyncExternalStore` wants.
   *
   * @returns a function that takes the listener off again
   */
  subscribe(listener: CollectionListener<Item>): () => void {
    return this.events.on('batch', listener);
  }

  /** @returns a function that takes the listener off again */
  on<Name extends keyof CollectionEvents<Item>>(
    name: Name,
    listener: (payload: CollectionEvents<Item>[Name]) => void,
  ): () => void {
    return this.events.on(name, listener);
  }

  /** Stops keeping it current. Its rows stay, and nobody is called any more. */
  close(): void {
    this.subscription.unsubscribe();
    this.events.clear();
  }

  private spec(topic: string, options: CollectionOptions): SubscriptionSpec<TopicEvent<Item>> {
    const { filter, fields, onSubscribed, onResync, onError } = options;
    const spec = topicSpec<Item>(topic, [
      filter,
      (event) => this.apply(event),
      {
        snapshot: snapshotOf(options),
        onSnapshot: (rows) => this.replace(rows),
        ...(fields && { fields }),
        ...(onSubscribed && { onSubscribed }),
        ...(onResync && { onResync }),
        ...(onError && { onError }),
      },
    ]);
    return { ...spec, view: this.listener() };
  }

  private listener(): ViewListener {
    return {
      interrupted: () => {
        this.isWaiting = true;
        this.become('stale');
      },
      resumed: () => {
        this.isWaiting = false;
        if (this.isShort) this.readAgain();
        else this.become('current');
      },
      missed: () => this.become('stale'),
      ended: (error) => {
        clearTimeout(this.timer);
        this.become('stale');
        this.readiness.reject(error);
      },
    };
  }

  private replace(rows: Item[]): void {
    this.isShort = false;
    this.isWaiting = false;
    this.readAt = performance.now();
    this.rows.replace(rows);
    this.deliver();
    this.become('current');
    this.readiness.resolve();
  }

  private apply({ action, data, transition }: TopicEvent<Item>): void {
    if (this.isWaiting) return;
    const isGone = action === 'DELETE' || transition === 'leave';
    const isKnown = isGone ? this.rows.remove(data.id) : this.rows.put(data);
    this.notify();
    if (!isKnown) this.readAgain();
  }

  /** Not for each of many rows that leave: one reading sees them all. */
  private readAgain(): void {
    this.isShort = true;
    this.become('stale');
    clearTimeout(this.timer);
    const delay = this.readAt + READ_INTERVAL - performance.now();
    if (delay <= 0) this.subscription.reread();
    else this.timer = setTimeout(() => this.isShort && this.subscription.reread(), delay);
  }

  private notify(): void {
    if (this.isNotifying) return;
    this.isNotifying = true;
    queueMicrotask(() => {
      this.isNotifying = false;
      this.deliver();
    });
  }

  private deliver(): void {
    const changes = this.rows.takeChanges();
    if (changes.length === 0) return;
    this.events.emit('batch', changes, this.host.report);
    for (const change of changes) this.events.emit('change', change, this.host.report);
  }

  private become(status: CollectionStatus): void {
    // Without rows there is nothing that could be stale.
    if (status === this.current || (status === 'stale' && this.current === 'loading')) return;
    this.current = status;
    this.events.emit('status', status, this.host.report);
  }
}
