import { streamName } from '../delivery/stream-name.js';
import type { Subscriber } from '../delivery/subscriber.js';
import type { CommandError } from '../errors/command-error.js';
import type { MetricsService } from '../metrics/metrics.service.js';
import type { Broker } from './broker.js';
import { subscriptionOn } from './channel-subscription.js';
import { Channel } from './channel.js';

/** The channels that somebody on this instance is subscribed to: the first subscriber opens one, behind the last it is closed. */
export class OpenChannels {
  private readonly byName = new Map<string, Channel>();

  constructor(
    private readonly broker: Broker,
    private readonly metrics: MetricsService,
  ) {
    metrics.channels.readFrom(() => this.byName.size);
  }

  /** @param owner for whom it is opened, where it isn't open yet */
  obtain(name: string, owner: () => string): Channel {
    return this.byName.get(name) ?? this.open(name, owner());
  }

  closeIfIdle(channel: Channel): void {
    channel.closeLookers();
    // A subscription can be released while another subscriber waits, and the last of both closes the channel: once.
    if (channel.idle && this.forget(channel)) this.broker.close(channel.name);
  }

  private open(name: string, owner: string): Channel {
    const channel = new Channel(name, streamName('channel'), this.metrics, (...closed) => this.closed(...closed));
    this.byName.set(name, channel);
    this.metrics.streams.inc();
    channel.opened = this.broker.open(name, channel, owner).then((position) => channel.openedAt(position));
    return channel;
  }

  /** The broker has closed a channel. */
  private closed(channel: Channel, subscribers: Iterable<Subscriber>, reason: CommandError): void {
    this.forget(channel);
    for (const subscriber of subscribers) subscriptionOn(channel, subscriber)?.end(reason);
  }

  /** @returns whether it was known */
  private forget(channel: Channel): boolean {
    if (this.byName.get(channel.name) !== channel) return false;
    this.byName.delete(channel.name);
    this.metrics.streams.dec();
    return true;
  }
}
