import type { EventFrame, MessageFrame, Row, SubscribedFrame, SubscribeFrame } from '@edge-hive/protocol';
import { Deferred } from '../deferred.js';
import { invoke, RealtimeError, type Report } from '../errors.js';
import { EventBuffer } from './event-buffer.js';
import type { Subscriber } from './subscriber.js';
import type { ResyncNotice, Service, Subscription, SubscriptionOptions, Target } from './subscription.js';
import type { Trail } from './trail.js';

const DEFAULT_BUFFER_SIZE = 1_024;

/** What a kind of subscription (of a topic, of a channel) is made of. */
export interface SubscriptionSpec<Event> {
  target: Target;
  /** The command; a fresh copy of it is sent each time. */
  request: Omit<SubscribeFrame, 'type' | 'id' | 'since' | 'epoch'>;
  /** The frame as the application sees it; undefined if it is not for this subscription. */
  select(frame: EventFrame | MessageFrame): Event | undefined;
  callback?: ((event: Event) => void) | undefined;
  view?: ViewListener;
  onSnapshot?: ((rows: Row[]) => void) | undefined;
  options: SubscriptionOptions;
}

/** Rows that are kept current: what concerns them beside events and snapshots. */
export interface ViewListener {
  /** The stream is gone. Until it is resumed, or a snapshot comes, events say nothing about these rows. */
  interrupted(): void;
  /** It goes on where it was. */
  resumed(): void;
  /** Something was missed on a stream that goes on. A snapshot follows. */
  missed(): void;
  ended(error: RealtimeError): void;
}

/** What a subscription needs from the client that holds it. */
export interface SubscriptionHost {
  leave(subscriber: Subscriber): void;
  /** Its snapshot is to come once more. */
  reread(subscriber: Subscriber): void;
  resynced(notice: ResyncNotice): void;
  report: Report;
}

/** One subscription of the application, from its call to its end. */
export class ActiveSubscription<Event> implements Subscription<Event>, Subscriber {
  readonly target: Target;
  readonly wantsSnapshot: boolean;
  private readonly readiness = new Deferred();
  readonly ready = this.readiness.promise;
  private buffer: EventBuffer<Event> | undefined;
  private gap: ResyncNotice['reason'] | undefined;
  /** What came in the turn in which `ready` resolved: who awaits that comes first. */
  private held: (() => void)[] | undefined;
  private isReady = false;
  /** Something was delivered that a gap would make wrong. */
  private hasDelivered = false;
  private snapshotAt = 0;
  private over = false;
  /** A loop goes over it, and gets the error. */
  private isRead = false;

  constructor(
    private readonly spec: SubscriptionSpec<Event>,
    private readonly host: SubscriptionHost,
  ) {
    this.target = spec.target;
    this.wantsSnapshot = spec.request.snapshot !== undefined && spec.request.snapshot !== false;
    this.ready.catch(() => undefined); // an application may leave it alone: onError or the error event say it as well
    if (spec.callback === undefined) this.buffer = this.newBuffer();
  }

  get ended(): boolean {
    return this.over;
  }

  unsubscribe(): void {
    if (this.over) return;
    this.host.leave(this);
    this.end();
  }

  reread(): void {
    if (!this.over) this.host.reread(this);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Event> {
    this.isRead = true;
    if (this.buffer === undefined) {
      this.buffer = this.newBuffer();
      if (this.over) this.buffer.end();
    }
    return this.buffer;
  }

  command(): SubscribeFrame {
    return { type: 'subscribe', ...this.spec.request };
  }

  /** A view doesn't go backwards: it is read anew while a replay could deliver what its rows contain. */
  wantsResumption(trail: Trail): boolean {
    return this.spec.view === undefined || trail.isPast(this.snapshotAt);
  }

  subscribed({ recovered, durable, complete }: SubscribedFrame): void {
    const gap = this.gap;
    this.gap = undefined;
    if (!this.isReady) this.becomeReady();
    this.served({ durable, complete: complete !== false });
    if (!this.wantsSnapshot) this.hasDelivered = true;
    if (recovered === true) this.spec.view?.resumed();
    // A view that is read anew misses nothing, unless it was refused what it asked for.
    else if (gap !== undefined && (this.spec.view === undefined || recovered === false)) this.resync(gap);
  }

  receive(frame: EventFrame | MessageFrame): void {
    if (this.held !== undefined) return void this.held.push(() => this.receive(frame));
    if (this.over) return;
    this.hasDelivered = true;
    const event = this.spec.select(frame);
    if (event === undefined) return;
    if (this.buffer?.push(event) === false) this.overflow();
    if (this.spec.callback !== undefined) invoke(this.spec.callback, event, this.host.report);
  }

  presence(): void {
    // Who is there is another subscription's business.
  }

  snapshot(rows: Row[]): void {
    this.snapshotAt = performance.now();
    if (this.held !== undefined) return void this.held.push(() => this.snapshot(rows));
    if (this.over || this.spec.onSnapshot === undefined) return;
    this.hasDelivered = true;
    invoke(this.spec.onSnapshot, rows, this.host.report);
  }

  resync(reason: ResyncNotice['reason']): void {
    if (this.held !== undefined) return void this.held.push(() => this.resync(reason));
    if (this.over) return;
    this.spec.view?.missed();
    const notice = { target: this.target, reason };
    if (this.spec.options.onResync) invoke(this.spec.options.onResync, notice, this.host.report);
    this.host.resynced(notice);
  }

  interrupted(reason: ResyncNotice['reason']): void {
    if (this.held !== undefined) return void this.held.push(() => this.interrupted(reason));
    if (this.hasDelivered) this.gap ??= reason;
    this.spec.view?.interrupted();
  }

  private served(service: Service): void {
    if (this.held !== undefined) return void this.held.push(() => this.served(service));
    if (this.over || this.spec.options.onSubscribed === undefined) return;
    invoke(this.spec.options.onSubscribed, service, this.host.report);
  }

  end(error?: RealtimeError): void {
    if (this.over) return;
    if (error !== undefined) this.release();
    this.over = true;
    this.buffer?.end(error);
    const reason = error ?? new RealtimeError('CLOSED', 'Unsubscribed before the server answered.');
    this.readiness.reject(reason);
    this.spec.view?.ended(reason);
    if (error === undefined) return;
    if (this.spec.options.onError) invoke(this.spec.options.onError, error, this.host.report);
    // That the client is closed, it reports itself, once for all of them.
    else if (error.code !== 'CLOSED' && !this.isRead) this.host.report(error);
  }

  private becomeReady(): void {
    this.isReady = true;
    this.held = [];
    this.readiness.resolve();
    queueMicrotask(() => this.release());
  }

  private release(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const deliver of held) deliver();
  }

  private newBuffer(): EventBuffer<Event> {
    return new EventBuffer(this.spec.options.bufferSize ?? DEFAULT_BUFFER_SIZE, () => this.detachBuffer());
  }

  /** A loop was left. Where there is a callback the subscription goes on for it. */
  private detachBuffer(): void {
    this.buffer = undefined;
    if (this.spec.callback === undefined) this.unsubscribe();
  }

  private overflow(): void {
    const message = this.isRead
      ? 'The loop over this subscription was too slow: raise bufferSize, or do less for each event.'
      : 'Nothing takes the events of this subscription: pass a callback, also beside onSnapshot, or loop over it.';
    const error = new RealtimeError('BUFFER_OVERFLOW', message);
    this.buffer?.end(error);
    if (this.spec.callback !== undefined) {
      this.buffer = undefined;
      return;
    }
    this.host.leave(this);
    this.end(error);
  }
}
