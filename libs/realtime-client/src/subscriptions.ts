import type { ServerFrame, SubscribedFrame, UnsubscribedFrame } from '@edge-hive/protocol';
import { RETRYABLE_ERROR_CODES } from '@edge-hive/protocol';
import type { Backoff } from './backoff.js';
import type { Commands, Outcome } from './commands.js';
import type { Echoes } from './echoes.js';
import { Endings } from './endings.js';
import { RealtimeError } from './errors.js';
import { type Resumption, Resumptions } from './resumptions.js';
import { Retries } from './retries.js';
import { Stream } from './stream.js';
import { Streams } from './streams.js';
import type { Subscriber } from './subscriber.js';
import { isSameTarget, type Target } from './subscription.js';
import { ToldBefore } from './told-before.js';
import { Trail } from './trail.js';

/** Until `welcome` names the server's own, in milliseconds. */
const DEFAULT_REPLAY_WINDOW = 3_000;

type StreamFrame = Extract<ServerFrame, { stream: string }>;

/** What the application wants to hear, and what the server sends on this connection: brought together, and kept so. */
export class Subscriptions {
  /** Milliseconds of events that another instance may repeat. */
  replayWindow = DEFAULT_REPLAY_WINDOW;
  private readonly all = new Set<Subscriber>();
  private readonly streams = new Streams();
  /** Subscribers whose command is unanswered. One that was ended meanwhile stays until the answer. */
  private readonly asking = new Set<Subscriber>();
  private readonly retries = new Retries<Subscriber>();
  private readonly endings: Endings;
  private readonly resumptions = new Resumptions();
  /** When the server last ended the stream of a subscriber. */
  private readonly ends = new WeakMap<Subscriber, { readonly backoff: Backoff; readonly at: number }>();
  /** The stream that a subscriber had last. */
  private readonly last = new WeakMap<Subscriber, Stream>();
  private online = false;

  constructor(
    private readonly commands: Commands,
    private readonly newBackoff: () => Backoff,
    private readonly echoes: Echoes,
  ) {
    this.endings = new Endings(
      commands,
      newBackoff,
      (stream) => this.idle(stream.target).includes(stream),
      (stream) => this.streams.delete(stream),
    );
  }

  get size(): number {
    return this.all.size;
  }

  add(subscriber: Subscriber): void {
    this.all.add(subscriber);
    this.ask(subscriber);
  }

  remove(subscriber: Subscriber): void {
    this.all.delete(subscriber);
    this.retries.cancel(subscriber);
    this.streams.leave(subscriber);
    const resumption = this.resumptions.leave(subscriber);
    if (resumption !== undefined) {
      this.resume(resumption, this.newBackoff());
      if (resumption.leader === undefined) this.askFollowers(resumption);
    }
    this.sweep(subscriber.target);
  }

  /** Every subscriber of a topic or channel. */
  of(target: Target): Subscriber[] {
    return [...this.all].filter((subscriber) => isSameTarget(subscriber.target, target));
  }

  /** Asks for another snapshot on the stream that is live. Once, for all who want it before it begins to come. */
  reread(subscriber: Subscriber): void {
    if (!this.streams.isToBeRead(subscriber)) this.ask(subscriber);
  }

  opened(): void {
    this.online = true;
    // What is continued first: a new subscription to the same would make the stream live, and `since` be ignored.
    for (const subscriber of [...this.resumptions.subscribers, ...this.all]) this.ask(subscriber);
  }

  lost(): void {
    this.online = false;
    const streams = this.streams.takeAll();
    for (const stream of streams) this.prepareResumption(stream);
    this.asking.clear();
    this.retries.clear();
    this.endings.lost();
    this.echoes.lost();
    this.resumptions.lost();
    for (const stream of streams) stream.interrupted('reconnected');
  }

  closed(error: RealtimeError | undefined): void {
    this.lost();
    this.resumptions.clear();
    const all = [...this.all];
    this.all.clear();
    for (const subscriber of all) subscriber.end(error);
  }

  receive(frame: ServerFrame): void {
    if (frame.type === 'checkpoint') this.streams.checkpoint(frame.cursor);
    if (!('stream' in frame)) return;
    const stream = this.streams.get(frame.stream);
    if (stream !== undefined) this.take(stream, frame);
  }

  private take(stream: Stream, frame: StreamFrame): void {
    const { target } = stream;
    if ('channel' in target && this.echoes.hold(target.channel, frame, () => this.take(stream, frame))) return;
    if (frame.type === 'message' && this.echoes.has(frame)) stream.skip(frame);
    else if (frame.type === 'event' || frame.type === 'message') this.askAll(stream.receive(frame));
    else if (frame.type === 'snapshot') stream.snapshot(frame);
    else if (frame.type === 'resync') this.askAll(stream.resync(frame.reason));
    else if (frame.type === 'unsubscribed' && frame.code !== undefined) this.endedByServer(stream, frame);
  }

  private askAll(subscribers: readonly Subscriber[]): void {
    for (const subscriber of subscribers) this.ask(subscriber);
  }

  private ask(subscriber: Subscriber, backoff = this.newBackoff()): void {
    const resumption = this.resumptions.of(subscriber);
    if (resumption !== undefined) return this.resume(resumption, backoff);
    // One question at a time: an answer that is still to come is newer than whatever made us ask again.
    if (!this.online || this.asking.has(subscriber) || !this.all.has(subscriber)) return;
    this.retries.cancel(subscriber);
    // On a stream that is live already it would not be continued. Who has a stream asks for rows on that one.
    const ahead = this.streams.have(subscriber) ? undefined : this.resumptions.waiting(subscriber.target);
    if (ahead !== undefined) return void ahead.followers.add(subscriber);
    this.asking.add(subscriber);
    this.commands.send(subscriber.command(), (outcome) => this.answered(subscriber, outcome, backoff));
  }

  private answered(subscriber: Subscriber, outcome: Outcome, backoff: Backoff): void {
    this.asking.delete(subscriber);
    if ('error' in outcome) this.refused(subscriber, outcome.error, backoff);
    else if (outcome.reply.type === 'subscribed') this.subscribed(subscriber, outcome.reply);
    this.sweep(subscriber.target);
  }

  private resume(resumption: Resumption, backoff: Backoff): void {
    const { leader, trail } = resumption;
    if (!this.online || resumption.asked || leader === undefined) return;
    this.retries.cancel(leader);
    resumption.asked = true;
    this.asking.add(leader);
    const command = { ...leader.command(), ...trail.since };
    this.commands.send(command, (outcome) => this.resumed(resumption, leader, outcome, backoff));
    this.askFollowers(resumption);
  }

  private askFollowers({ followers }: Resumption): void {
    const all = [...followers];
    followers.clear();
    this.askAll(all);
  }

  private resumed(resumption: Resumption, asker: Subscriber, outcome: Outcome, backoff: Backoff): void {
    resumption.asked = false;
    if ('error' in outcome && (outcome.error.retryable || outcome.error.code === 'DISCONNECTED')) {
      this.asking.delete(asker);
      const { leader } = resumption;
      if (outcome.error.retryable && leader !== undefined) this.retry(leader, backoff);
      return this.sweep(asker.target);
    }
    const members = this.resumptions.dissolve(resumption);
    const reply = 'reply' in outcome && outcome.reply.type === 'subscribed' ? outcome.reply : undefined;
    const isLive = reply !== undefined && this.streams.get(reply.stream) !== undefined;
    if (reply?.recovered === true && !isLive) return this.continueStream(reply, asker, resumption.trail, members);
    this.asking.delete(asker);
    // Where the stream was live, or the cursor is none here, `since` was no question: without it, it is one.
    const isAnswered = !isLive && !isInvalidCursor(outcome);
    if (isAnswered) this.answered(asker, outcome, backoff);
    for (const member of members) if (!isAnswered || member !== asker) this.ask(member);
    this.sweep(asker.target);
  }

  private continueStream(frame: SubscribedFrame, asker: Subscriber, trail: Trail, members: Subscriber[]): void {
    this.asking.delete(asker);
    trail.continued(frame.epoch);
    const stream = this.streams.add(new Stream(frame.stream, asker.target, trail));
    for (const member of members) this.join(stream, member, this.last.get(member)?.before(member));
    for (const member of members) member.subscribed(frame);
    this.sweep(asker.target);
  }

  private subscribed(subscriber: Subscriber, frame: SubscribedFrame): void {
    const stream = this.streams.get(frame.stream) ?? this.begin(frame, subscriber.target);
    // Also for a subscriber that has gone meanwhile: the server sends that snapshot all the same.
    if (subscriber.wantsSnapshot) stream.expectSnapshot(subscriber);
    if (!this.all.has(subscriber)) return;
    // Who reads again on the stream that it has begins nothing anew.
    if (!stream.subscribers.has(subscriber)) this.join(stream, subscriber, this.toldBefore(subscriber));
    subscriber.subscribed(frame);
  }

  private join(stream: Stream, subscriber: Subscriber, toldBefore?: ToldBefore): void {
    stream.join(subscriber, toldBefore);
    this.last.set(subscriber, stream);
  }

  /** Of a channel nothing is told again to who begins anew: its replays begin at the cursor. */
  private toldBefore(subscriber: Subscriber): ToldBefore | undefined {
    const last = this.last.get(subscriber);
    if (last?.trail === undefined || !('topic' in last.target)) return undefined;
    return ToldBefore.of(last.trail, last.before(subscriber));
  }

  private begin({ stream, cursor, epoch, durable }: SubscribedFrame, target: Target): Stream {
    const isResumable = (durable || 'channel' in target) && cursor !== '';
    const trail = isResumable ? new Trail({ cursor, epoch }, this.replayWindow) : undefined;
    return this.streams.add(new Stream(stream, target, trail));
  }

  private refused(subscriber: Subscriber, error: RealtimeError, backoff: Backoff): void {
    if (!this.all.has(subscriber) || error.code === 'DISCONNECTED') return;
    if (error.retryable) return this.retry(subscriber, backoff);
    this.end(subscriber, error);
  }

  private end(subscriber: Subscriber, error: RealtimeError): void {
    this.remove(subscriber);
    subscriber.end(error);
  }

  private retry(subscriber: Subscriber, backoff: Backoff): void {
    this.retries.add(subscriber, backoff.next(), () => this.ask(subscriber, backoff));
  }

  private endedByServer(stream: Stream, { code = 'INTERNAL', message = code }: UnsubscribedFrame): void {
    this.streams.delete(stream);
    const subscribers = [...stream.subscribers];
    if (code !== 'RIGHTS_CHANGED' && !RETRYABLE_ERROR_CODES.has(code)) {
      for (const subscriber of subscribers) this.end(subscriber, new RealtimeError(code, message));
      return;
    }
    // Cursors were given under rights: under others they say nothing.
    if (code === 'RIGHTS_CHANGED') {
      stream.interrupted('rights_changed');
      for (const subscriber of subscribers) this.ask(subscriber);
      return;
    }
    this.prepareResumption(stream);
    stream.interrupted('resubscribed');
    this.askLater(subscribers);
  }

  /**
   * Not at once, and later each time: a server that can't go on may well begin, and end it again. Who is continued first, as
   * when a connection opens: timers of one delay go off in order.
   */
  private askLater(subscribers: readonly Subscriber[]): void {
    const delay = Math.max(...subscribers.map((subscriber) => this.delayAfterEnd(subscriber)));
    const isContinued = (subscriber: Subscriber) => this.resumptions.of(subscriber) !== undefined;
    const others = subscribers.filter((subscriber) => !isContinued(subscriber));
    for (const subscriber of [...subscribers.filter(isContinued), ...others]) {
      this.retries.add(subscriber, delay, () => this.ask(subscriber));
    }
  }

  private delayAfterEnd(subscriber: Subscriber): number {
    const { backoff, at } = this.ends.get(subscriber) ?? { backoff: this.newBackoff(), at: -Infinity };
    const now = performance.now();
    this.ends.set(subscriber, { backoff, at: now });
    return backoff.next({ lasted: now - at });
  }

  /** Who is being read for anew is not of those that continue: its rows wouldn't come. */
  private prepareResumption(stream: Stream): void {
    const { trail, subscribers } = stream;
    if (trail === undefined) return;
    const isResumed = (subscriber: Subscriber) =>
      !this.asking.has(subscriber) &&
      !this.retries.has(subscriber) &&
      !stream.expectsSnapshot(subscriber) &&
      subscriber.wantsResumption(trail);
    this.resumptions.add(trail, [...subscribers].filter(isResumed));
  }

  /** Ends streams that nobody listens to. Until the server has done so they are live, and may be joined again. */
  private sweep(target: Target): void {
    for (const stream of this.idle(target)) this.endings.add(stream);
  }

  /**
   * None while a subscription to the same target is unanswered: it may turn out to be the same stream, and the server would
   * end it after having begun it.
   */
  private idle(target: Target): Stream[] {
    for (const subscriber of this.asking) if (isSameTarget(subscriber.target, target)) return [];
    return this.streams.idle(target);
  }
}

function isInvalidCursor(outcome: Outcome): boolean {
  return 'error' in outcome && outcome.error.code === 'INVALID_CURSOR';
}
