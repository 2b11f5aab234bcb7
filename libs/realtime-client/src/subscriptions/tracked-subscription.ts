import type { Backoff } from '../connection/backoff.js';
import { DeliveredBefore } from './delivered-before.js';
import { next } from './next-state.js';
import type { Stream } from './stream.js';
import type { Subscriber } from './subscriber.js';
import {
  INITIAL,
  type SubscriptionEffect,
  type SubscriptionEvent,
  type SubscriptionState,
} from './subscription-state.js';

/** A subscription, its state, and what was before that. */
export class TrackedSubscription {
  private current = INITIAL;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The stream that it had last. */
  private last: Stream | undefined;
  private refusals: Backoff | undefined;
  private readonly ends: Backoff;
  private endedAt = -Infinity;

  constructor(
    readonly subscriber: Subscriber,
    private readonly newBackoff: () => Backoff,
  ) {
    this.ends = newBackoff();
  }

  get state(): SubscriptionState {
    return this.current;
  }

  /** @returns what is to be done now */
  take(event: SubscriptionEvent): readonly SubscriptionEffect[] {
    const { state, effects } = next(this.current, event);
    this.current = state;
    if (!isTimed(state)) clearTimeout(this.timer);
    if (event.type === 'subscribed' || event.type === 'lost') this.refusals = undefined;
    return effects;
  }

  /** @param due called when the wait is over, unless the state is another by then */
  wait(after: 'refusal' | 'end', due: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(due, after === 'refusal' ? this.afterRefusal() : this.afterEnd());
  }

  join(stream: Stream): void {
    stream.join(this.subscriber, this.deliveredBefore(stream));
    this.last = stream;
  }

  private afterRefusal(): number {
    this.refusals ??= this.newBackoff();
    return this.refusals.next();
  }

  private afterEnd(): number {
    const now = performance.now();
    const lasted = now - this.endedAt;
    this.endedAt = now;
    return this.ends.next({ lasted });
  }

  /** Of a channel nothing is delivered again to a subscription that begins anew: its replays begin at the cursor. */
  private deliveredBefore({ trail }: Stream): DeliveredBefore | undefined {
    const { last } = this;
    if (last?.trail === undefined) return undefined;
    const before = last.before(this.subscriber);
    if (last.trail === trail) return before;
    return 'topic' in last.target ? DeliveredBefore.of(last.trail, before) : undefined;
  }
}

function isTimed(state: SubscriptionState): boolean {
  if (state.kind === 'live') return state.reading === 'time';
  return (state.kind === 'waiting' || state.kind === 'broken') && state.until === 'time';
}
