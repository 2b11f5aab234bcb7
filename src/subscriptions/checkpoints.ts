import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Config } from '../config/config.js';
import type { Subscription } from '../delivery/subscriptions.js';
import { Delivery } from '../delivery/delivery.js';
import type { Subscriber } from '../delivery/subscriber.js';
import { ChangeLog } from './change-log.js';
import { TopicSubscription } from './topic-subscription.js';

/** Steps in which a round goes over all subscribers: told all at once, they would keep everybody else waiting. */
const STEPS = 50;
const LONGEST_INTERVAL_MS = 5_000;

/**
 * Tells subscribers from time to time up to where all of their durable streams are delivered, so that a stream on which
 * nothing happens can be resumed for as long as the changefeed is kept.
 */
@Injectable()
export class Checkpoints implements OnModuleInit, OnApplicationShutdown {
  private readonly delivered = new Map<Subscriber, string>();
  private timer: NodeJS.Timeout | undefined;
  private step = 0;
  /** Who is told in this round, and how many of them at each step. */
  private round: Subscriber[] = [];
  private share = 0;

  constructor(
    @Inject(ChangeLog) private readonly log: Pick<ChangeLog, 'cursor'>,
    @Inject(Config) private readonly config: Pick<Config, 'heartbeatIntervalMs'>,
  ) {}

  onModuleInit(): void {
    const interval = Math.min(LONGEST_INTERVAL_MS, this.config.heartbeatIntervalMs);
    this.timer = setInterval(() => this.deliver(), interval / STEPS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** From now on the subscriber is told, until it has no durable subscription any more. */
  add(subscriber: Subscriber, cursor: string): void {
    if (!this.delivered.has(subscriber)) this.delivered.set(subscriber, cursor);
  }

  /** The cursor is looked up in the turn in which it is told: all changes up to it are in the outboxes then, and no others. */
  private deliver(): void {
    if (this.step === 0) {
      this.round = [...this.delivered.keys()];
      this.share = Math.ceil(this.round.length / STEPS);
    }
    this.step = (this.step + 1) % STEPS;
    const { cursor } = this.log;
    if (cursor === undefined || this.round.length === 0) return;
    const frame = Delivery.of({ type: 'checkpoint', cursor });
    for (const subscriber of this.round.splice(0, this.share)) this.deliverTo(subscriber, cursor, frame);
  }

  private deliverTo(subscriber: Subscriber, cursor: string, frame: Delivery): void {
    const durable = [...subscriber.subscriptions].filter(isDurable);
    if (subscriber.closed || durable.length === 0) {
      this.delivered.delete(subscriber);
      return;
    }
    if (this.delivered.get(subscriber) === cursor || !durable.every(({ live }) => live)) return;
    this.delivered.set(subscriber, cursor);
    subscriber.send(frame);
  }
}

function isDurable(subscription: Subscription): subscription is TopicSubscription {
  return subscription instanceof TopicSubscription && subscription.durable;
}
