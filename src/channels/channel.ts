import type { ResyncReason } from '@edge-hive/protocol';
import { Audience, type Recipient } from '../delivery/audience.js';
import type { Subscriber } from '../delivery/subscriber.js';
import { Name } from '../delivery/content.js';
import { Delivery } from '../delivery/delivery.js';
import type { CommandError } from '../errors/command-error.js';
import type { MetricsService } from '../metrics/metrics.service.js';
import type { Message, Position, Receiver } from './broker.js';
import { Lookers } from './presence/lookers.js';
import type { PresenceBroker } from './presence/presence-broker.js';

/** A channel that somebody on this instance is subscribed to. */
export class Channel implements Receiver {
  /** Subscribers that wait for the channel to open. */
  waiting = 0;
  /** Settles when messages come. Set by whoever opens the channel. */
  opened: Promise<void> = Promise.resolve();

  /** All who hold a subscription, caught up or not. */
  private readonly subscribers = new Set<Subscriber>();
  /** Who gets each message as it comes. */
  readonly live = new Audience();
  /** Those who want to know who is there, once there was one. */
  private watchers: Lookers | undefined;
  private readonly quoted: Name;
  private cursor: string | undefined;
  private epoch = '';
  private ended: CommandError | undefined;

  constructor(
    readonly name: string,
    readonly stream: string,
    private readonly metrics: MetricsService,
    /** Ends the subscriptions of these. The channel is closed already. */
    private readonly onClosed: (channel: Channel, subscribers: Iterable<Subscriber>, reason: CommandError) => void,
  ) {
    this.quoted = new Name(name);
  }

  /** The last message that was delivered here, or where the channel was opened. */
  get position(): Position {
    return { cursor: this.cursor ?? '', epoch: this.epoch };
  }

  get idle(): boolean {
    return this.waiting === 0 && this.subscribers.size === 0;
  }

  /** @throws CommandError when the broker has closed it */
  checkOpen(): void {
    if (this.ended) throw this.ended;
  }

  openedAt({ cursor, epoch }: Position): void {
    this.epoch = epoch;
    // A message can overtake the answer that the channel is open: its cursor is the newer one.
    this.cursor ??= cursor;
  }

  add(subscriber: Subscriber): void {
    this.subscribers.add(subscriber);
  }

  goLive(subscriber: Subscriber): void {
    if (this.subscribers.has(subscriber)) this.live.add(subscriber);
  }

  /** Those who want to know who is there. */
  lookers(broker: PresenceBroker): Lookers {
    return (this.watchers ??= new Lookers(this, broker, this.metrics));
  }

  /** Nobody waits for it: if nobody looks either, who is there needn't be known. */
  closeLookers(): void {
    if (this.waiting === 0) this.watchers?.closeIfIdle();
  }

  delete(subscriber: Subscriber): void {
    this.watchers?.delete(subscriber);
    this.live.delete(subscriber);
    this.subscribers.delete(subscriber);
  }

  /** Hands one delivery, written once, to all who are caught up but the excluded connection. */
  message(message: Message): void {
    this.cursor = message.cursor;
    if (this.live.size === 0) return;
    this.metrics.deliveries.inc(this.live.send(this.delivery(message), message.exclude));
  }

  /** Hands a message to one who is being caught up. */
  replay(subscriber: Subscriber, message: Message): void {
    if (subscriber.id === message.exclude) return;
    subscriber.send(this.delivery(message));
    this.metrics.deliveries.inc();
  }

  /** Tells one who was being caught up that it can't be: what it lacks was dropped meanwhile. */
  resync(subscriber: Subscriber): void {
    this.resyncFor([subscriber], 'overrun');
  }

  /** Tells all who are caught up. The others find out as they are caught up. */
  interrupted({ cursor, epoch }: Position): void {
    this.cursor = cursor;
    this.epoch = epoch;
    this.resyncFor(this.live, 'interrupted');
    this.watchers?.renew();
  }

  closed(reason: CommandError): void {
    this.ended = reason;
    this.onClosed(this, [...this.subscribers], reason);
  }

  private resyncFor(subscribers: Iterable<Recipient>, reason: ResyncReason): void {
    const frame = Delivery.of({ type: 'resync', stream: this.stream, reason });
    for (const subscriber of subscribers) {
      this.metrics.resyncs.inc(reason);
      subscriber.send(frame);
    }
  }

  private delivery({ event, data, from, cursor, time }: Message): Delivery {
    const { quoted: channel, stream } = this;
    return new Delivery({ type: 'message', channel, stream, event, data, from, cursor, time });
  }
}
