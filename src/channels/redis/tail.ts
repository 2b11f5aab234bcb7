import type { MetricsService } from '../../metrics/metrics.service.js';
import type { Receiver } from '../broker.js';
import { Ahead } from './ahead.js';
import type { Carried } from './carried.js';
import { cursorOf, samePlace, type Place } from './place.js';

/** Reads of the history in a row that bring nothing nearer, before what came live is given up. */
const MOST_ROUNDS = 3;

/** What Redis has of a channel, read as one step. */
export interface Stretch {
  readonly head: Place;
  /** The oldest messages after a place, not all of them perhaps. Empty without a place. */
  readonly messages: readonly Carried[];
}

/**
 * An open channel of this instance: the last message that was handed on, and whether the next one follows it. Each message names the one
 * before it. Where one doesn't follow, what is missing is read from the history; what isn't there is an interruption.
 */
export class Tail {
  private current: Place | undefined;
  private readonly ahead = new Ahead();
  private catchingUp: Promise<boolean> | undefined;
  private ended = false;
  /** Whether anything came since this was set to false. */
  heard = false;
  /** When Redis was told last that somebody listens, by `performance.now()`. */
  kept = -Infinity;

  constructor(
    readonly channel: string,
    readonly receiver: Receiver,
    private readonly read: (after: Place | undefined) => Promise<Stretch>,
    private readonly metrics: MetricsService,
  ) {}

  /** The last message that was handed on; `undefined` before the channel is open. */
  get place(): Place | undefined {
    return this.current;
  }

  /** Nothing is handed on any more. */
  close(): void {
    this.ended = true;
  }

  /** A message came live. */
  received(carried: Carried): void {
    this.heard = true;
    if (this.ended) return;
    if (!this.current || this.catchingUp) return this.ahead.add(carried);
    if (this.follows(carried)) return this.handOn(carried);
    if (this.isPast(carried)) return;
    this.ahead.add(carried);
    // A read that fails is made again at the next look.
    this.catchUp().catch(() => undefined);
  }

  /**
   * Redis says that the channel is at `head` (nowhere: it knows nothing of it), when it was at `before` here.
   * @returns whether messages had been missed
   */
  async looked(before: Place, head: Place | undefined): Promise<boolean> {
    if (this.ended || !this.current) return false;
    if (head && samePlace(head, before)) return false;
    // It came while the answer was on its way.
    const since = head?.epoch === before.epoch && head.number > before.number;
    if (head && since && this.current.epoch === head.epoch && this.current.number >= head.number) return false;
    return this.catchUp();
  }

  /** Hands on all that was missed. @returns whether anything was @throws CommandError UNAVAILABLE */
  catchUp(): Promise<boolean> {
    this.catchingUp ??= this.readOn().finally(() => (this.catchingUp = undefined));
    return this.catchingUp;
  }

  private async readOn(): Promise<boolean> {
    let missed = false;
    for (let rounds = 0; rounds < MOST_ROUNDS;) {
      const from = this.current;
      const { head, messages } = await this.read(from);
      if (this.ended) return missed;
      if (!from) this.current = head;
      else if (!samePlace(from, head)) {
        // What is not kept may have come live as it was read.
        if (messages.length === 0) this.drain();
        if (this.current === from || !this.reached(head)) {
          missed = true;
          this.goOn(messages, head);
        }
      }
      this.drain();
      if (this.ahead.size === 0 && this.reached(head)) return missed;
      rounds = this.current && from && samePlace(this.current, from) ? rounds + 1 : 0;
    }
    this.ahead.clear();
    return missed;
  }

  /** Hands on the next messages, or says that they are missing. */
  private goOn(messages: readonly Carried[], head: Place): void {
    const [first] = messages;
    if (!first || !this.follows(first)) {
      this.metrics.channelGaps.inc('resync');
      this.current = head;
      this.receiver.interrupted({ cursor: cursorOf(head), epoch: head.epoch });
      return;
    }
    this.metrics.channelGaps.inc('filled');
    for (const carried of messages) if (this.follows(carried)) this.handOn(carried);
  }

  /** Hands on what came live and follows now. */
  private drain(): void {
    for (let next = this.ahead.first; next; next = this.ahead.first) {
      if (this.follows(next)) this.handOn(next);
      else if (!this.isPast(next)) return;
      this.ahead.shift();
    }
  }

  private handOn({ place, message }: Carried): void {
    this.current = place;
    this.receiver.message(message);
  }

  private follows({ place, previous }: Carried): boolean {
    const { current } = this;
    return current?.epoch === place.epoch && current.number + 1 === place.number && current.mark === previous;
  }

  /** Whether it was handed on, as far as the number says. A number that is given twice shows at the next look. */
  private isPast({ place }: Carried): boolean {
    return this.current?.epoch === place.epoch && place.number <= this.current.number;
  }

  private reached({ epoch, number }: Place): boolean {
    return this.current?.epoch === epoch && this.current.number >= number;
  }
}
