import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Config } from '../../config/config.js';
import type { Subscriber } from '../../delivery/subscriber.js';
import { notHeld } from '../../delivery/subscriptions.js';
import { CommandError } from '../../errors/command-error.js';
import { MetricsService } from '../../metrics/metrics.service.js';
import { Broker } from '../broker.js';
import { IsoClock } from '../iso-clock.js';
import { Shares } from '../shares.js';
import { Claim } from './claim.js';
import { Claims } from './claims.js';
import { outlasts } from './outlasts.js';
import { memberBytes, type MemberName } from './member.js';
import { takenElsewhere, type Attendance } from './presence-broker.js';

/** Of what is kept for connections that were lost, what one principal may have. */
const PRINCIPAL_PART = 1 / 4;

/** What somebody says of its presence. */
export interface PresenceRequest {
  readonly channel: string;
  /** Absent: the id of the connection. */
  readonly key?: string | undefined;
  /** JSON text of an object; `null` leaves. */
  readonly state: string | null;
}

/**
 * Who of this instance's connections is present where, until it leaves, ends or isn't heard of for too long. Who may be is not
 * decided here: callers ask the policy first. What all see of it is the broker's.
 */
@Injectable()
export class PresenceService implements OnModuleDestroy {
  private readonly claims = new Claims();
  /** Of those whose connection was lost. */
  private readonly lost: Shares<Claim>;
  private readonly clock = new IsoClock();

  constructor(
    private readonly broker: Broker,
    private readonly config: Config,
    private readonly metrics: MetricsService,
  ) {
    const total = config.limitPresenceGraceBytes;
    this.lost = new Shares({ total, each: total * PRINCIPAL_PART }, (claim) => this.end(claim));
    metrics.presenceGraceBytes.readFrom(() => this.lost.bytes);
  }

  onModuleDestroy(): void {
    for (const { timer } of this.claims) clearTimeout(timer);
  }

  /**
   * A connection's principal is present on a channel, in this state, or no more. The newest connection that says so of a key
   * has it: others can't end it.
   * @throws CommandError NOT_SUBSCRIBED, UNAUTHENTICATED, LIMIT_EXCEEDED, UNAVAILABLE
   */
  set(subscriber: Subscriber, request: PresenceRequest): void | Promise<void> {
    try {
      return this.apply(subscriber, request)?.catch((error: unknown) => this.refused(error));
    } catch (error) {
      this.refused(error);
    }
  }

  /** A subscription ended, and with it what its connection is on that channel; if that was lost, after a while. */
  release(subscriber: Subscriber, channel: string): void {
    const lost = outlasts(subscriber.closeCode);
    for (const claim of [...this.claims.heldBy(subscriber)]) {
      if (claim.channel !== channel) continue;
      if (lost) this.lose(claim, subscriber);
      else this.end(claim);
    }
  }

  /** Nobody waits for the lost connections of a principal to come back. */
  forget(principal: string): void {
    for (const claim of [...this.claims]) if (!claim.holder && claim.id === principal) this.end(claim);
  }

  /**
   * Who is present on a channel, the first so many who came.
   * @throws CommandError UNAVAILABLE
   */
  attendance(channel: string, limit: number): Attendance | Promise<Attendance> {
    return this.broker.presence.attendance(channel, limit);
  }

  private refused(error: unknown): never {
    if (error instanceof CommandError) this.metrics.presenceRefused.inc(error.code);
    throw error;
  }

  private apply(
    subscriber: Subscriber,
    { channel, key = subscriber.id, state }: PresenceRequest,
  ): void | Promise<void> {
    const { owner, subscriptions } = subscriber;
    if (subscriptions.find({ channel }).length === 0) {
      throw new CommandError('NOT_SUBSCRIBED', 'channel: subscribe to it first, to be present there.');
    }
    if (owner?.kind !== 'principal') {
      throw new CommandError('UNAUTHENTICATED', 'channel: authenticate first, to be present there.');
    }
    const name = { id: owner.name, key };
    if (state !== null) return this.enter(subscriber, channel, name, state);
    const claim = this.claims.get(channel, name);
    if (claim?.holder) return claim.holder === subscriber ? this.end(claim) : undefined;
    if (claim) this.end(claim);
    // Its last connection may have been one of another instance.
    return this.broker.presence.dismiss(channel, name);
  }

  private enter(subscriber: Subscriber, channel: string, name: MemberName, state: string): void | Promise<void> {
    const known = this.claims.get(channel, name);
    const own = known?.holder === subscriber;
    const bytes = memberBytes(channel, { ...name, state });
    this.check(subscriber, own ? 0 : 1, own ? bytes - known.bytes : bytes);
    const entered = this.broker.presence.enter(channel, { ...name, state, since: this.clock.now() }, own);
    const claim = known ?? new Claim(channel, name.id, name.key);
    this.keep(claim);
    const turn = this.claims.hold(claim, subscriber, bytes);
    if (typeof entered === 'boolean') return;
    return entered.then(
      (isThere) => {
        if (isThere) return;
        if (claim.turn === turn) this.drop(claim);
        throw takenElsewhere();
      },
      (error: unknown) => {
        // Whether it came isn't known: nobody was told that it did, so that it may not stay, unless it came anew.
        if (!known && claim.holder && claim.turn === turn) this.end(claim);
        throw error;
      },
    );
  }

  /** @throws CommandError LIMIT_EXCEEDED */
  private check(subscriber: Subscriber, more: number, bytes: number): void {
    const { limitPresences } = this.config;
    if (this.claims.heldBy(subscriber).size + more > limitPresences) {
      throw new CommandError('LIMIT_EXCEEDED', `A connection may have ${limitPresences} presences: leave one first.`);
    }
    if (!subscriber.subscriptions.held.fits(bytes)) throw notHeld();
  }

  /** Its connection is gone, without a word: it stays as long as that may come back and its token is good. */
  private lose(claim: Claim, { owner }: Subscriber): void {
    const valid = owner?.expires === undefined ? Infinity : owner.expires * 1_000 - Date.now();
    const stay = Math.min(this.config.presenceGraceMs, valid);
    if (stay <= 0) return this.end(claim);
    this.claims.letGo(claim);
    this.broker.presence.lost(claim.channel, claim);
    claim.timer = setTimeout(() => this.end(claim), stay).unref();
    this.lost.add(claim.id, claim);
  }

  /** Nobody has to come back for it. */
  private keep(claim: Claim): void {
    clearTimeout(claim.timer);
    claim.timer = undefined;
    this.lost.remove(claim);
  }

  /** It is another instance's. */
  private drop(claim: Claim): void {
    this.keep(claim);
    this.claims.delete(claim);
  }

  private end(claim: Claim): void {
    this.drop(claim);
    this.broker.presence.leave(claim.channel, claim);
  }
}
