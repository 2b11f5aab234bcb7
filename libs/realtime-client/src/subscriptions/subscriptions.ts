import type { ServerFrame, SubscribedFrame, UnsubscribedFrame } from '@edge-hive/protocol';
import type { Backoff } from '../connection/backoff.js';
import type { Commands, Outcome } from '../connection/commands.js';
import type { RealtimeError } from '../errors.js';
import type { MutedMessages } from './muted-messages.js';
import type { Stream } from './stream.js';
import { Streams } from './streams.js';
import type { Subscriber } from './subscriber.js';
import { isSameTarget, type Target } from './subscription.js';
import type { SubscriptionEffect, SubscriptionEvent } from './subscription-state.js';
import { TrackedSubscription } from './tracked-subscription.js';
import type { Trail } from './trail.js';
import { turnsOf } from './turns.js';

type StreamFrame = Extract<ServerFrame, { stream: string }>;

/** Brings what happens to the states of all subscriptions, and carries out what these want done. */
export class Subscriptions {
  private readonly all = new Map<Subscriber, TrackedSubscription>();
  private readonly streams: Streams;
  /** Whose command has no answer yet. One that has ended meanwhile is still among them. */
  private readonly unanswered = new Set<TrackedSubscription>();
  private online = false;

  constructor(
    private readonly commands: Commands,
    private readonly newBackoff: () => Backoff,
    private readonly muted: MutedMessages,
  ) {
    this.streams = new Streams(commands, newBackoff, (target) => this.isUnanswered(target));
  }

  /** @param milliseconds of events that another instance may repeat */
  set replayWindow(milliseconds: number) {
    this.streams.replayWindow = milliseconds;
  }

  get size(): number {
    return this.all.size;
  }

  add(subscriber: Subscriber): void {
    this.all.set(subscriber, new TrackedSubscription(subscriber, this.newBackoff));
    this.giveTurns();
  }

  remove(subscriber: Subscriber): void {
    const one = this.all.get(subscriber);
    if (one === undefined) return;
    this.apply(one, { type: 'left' });
    this.giveTurns();
    this.streams.endIdle(subscriber.target);
  }

  /** Every subscriber of a topic or channel. */
  of(target: Target): Subscriber[] {
    return [...this.all.keys()].filter((subscriber) => isSameTarget(subscriber.target, target));
  }

  /** Asks for another snapshot on the stream that is live. Once, for all reasons that there are before it begins to come. */
  reread(subscriber: Subscriber): void {
    const one = this.all.get(subscriber);
    if (one?.state.kind !== 'live' || one.state.stream.isToBeRead(subscriber)) return;
    this.apply(one, { type: 'reread' });
  }

  opened(): void {
    this.online = true;
    this.giveTurns();
  }

  lost(): void {
    this.online = false;
    this.unanswered.clear();
    this.streams.lost();
    this.muted.lost();
    this.applyToAll([...this.all.values()], (one) => ({ type: 'lost', resumes: resumes(one) }));
  }

  closed(error: RealtimeError | undefined): void {
    this.lost();
    this.applyToAll([...this.all.values()], () => ({ type: 'closed', error }));
  }

  receive(frame: ServerFrame): void {
    if (frame.type === 'checkpoint') this.rereadAll(this.streams.checkpoint(frame.cursor));
    if (!('stream' in frame)) return;
    const stream = this.streams.get(frame.stream);
    if (stream !== undefined) this.take(stream, frame);
  }

  private take(stream: Stream, frame: StreamFrame): void {
    const { target } = stream;
    if ('channel' in target && this.muted.hold(target.channel, frame, () => this.take(stream, frame))) return;
    if (frame.type === 'message' && this.muted.has(frame)) stream.skip(frame);
    else if (frame.type === 'event' || frame.type === 'message') this.rereadAll(stream.receive(frame));
    else if (frame.type === 'presence') stream.presence(frame);
    else if (frame.type === 'snapshot') this.read(stream.snapshot(frame));
    else if (frame.type === 'resync') this.rereadAll(stream.resync(frame.reason));
    else if (frame.type === 'unsubscribed' && frame.code !== undefined) this.unsubscribed(stream, frame);
  }

  private rereadAll(subscribers: readonly Subscriber[]): void {
    for (const subscriber of subscribers) this.reread(subscriber);
  }

  private read(subscriber: Subscriber | undefined): void {
    const one = subscriber && this.all.get(subscriber);
    if (one !== undefined) this.apply(one, { type: 'read' });
  }

  private unsubscribed(stream: Stream, { code = 'INTERNAL', message = code }: UnsubscribedFrame): void {
    this.streams.delete(stream);
    const subscriptions = [...stream.subscribers].flatMap((subscriber) => this.all.get(subscriber) ?? []);
    this.applyToAll(subscriptions, (one) => ({ type: 'unsubscribed', code, message, resumes: resumes(one) }));
    this.giveTurns();
  }

  private giveTurns(): void {
    if (!this.online) return;
    for (const one of turnsOf(this.all.values())) this.apply(one, { type: 'turn' });
  }

  private brokenWith(trail: Trail | undefined): TrackedSubscription[] {
    return [...this.all.values()].filter(({ state }) => state.kind === 'broken' && state.trail === trail);
  }

  private apply(one: TrackedSubscription, event: SubscriptionEvent): void {
    this.applyToAll([one], () => event);
  }

  /** All have their states before anything is done: the application is called, and may call back. */
  private applyToAll(
    subscriptions: readonly TrackedSubscription[],
    eventFor: (one: TrackedSubscription) => SubscriptionEvent,
  ): void {
    const steps = subscriptions.map((one) => ({ one, effects: one.take(eventFor(one)) }));
    for (const { one } of steps) if (one.state.kind === 'ended') this.all.delete(one.subscriber);
    for (const { one, effects } of steps) for (const effect of effects) this.carryOut(one, effect);
  }

  private carryOut(one: TrackedSubscription, effect: SubscriptionEffect): void {
    const { subscriber } = one;
    switch (effect.type) {
      case 'ask':
        return this.ask(one, effect.trail);
      case 'wait':
        return one.wait(effect.after, () => this.due(one));
      case 'join':
        return one.join(effect.stream);
      case 'leave':
        return void effect.stream.subscribers.delete(subscriber);
      case 'handOver':
        return this.handOver(effect.trail, effect.until);
      case 'subscribed':
        return subscriber.subscribed(effect.frame);
      case 'interrupted':
        return subscriber.interrupted(effect.reason);
      case 'end':
        return subscriber.end(effect.error);
    }
  }

  private due(one: TrackedSubscription): void {
    this.apply(one, { type: 'due' });
    this.giveTurns();
  }

  private handOver(trail: Trail, until: 'turn' | 'time' | 'answer'): void {
    const [successor] = this.brokenWith(trail);
    if (successor !== undefined) this.apply(successor, { type: 'succeed', until });
  }

  private ask(one: TrackedSubscription, trail: Trail | undefined): void {
    this.unanswered.add(one);
    const command = { ...one.subscriber.command(), ...trail?.since };
    this.commands.send(command, (outcome) => this.answered(one, trail, outcome));
  }

  private answered(one: TrackedSubscription, trail: Trail | undefined, outcome: Outcome): void {
    // An answer that is DISCONNECTED comes when all is lost.
    if (!this.unanswered.delete(one)) return;
    if ('error' in outcome) this.refused(one, trail, outcome.error);
    else if (outcome.reply.type === 'subscribed') this.subscribed(one, trail, outcome.reply);
    this.giveTurns();
    this.streams.endIdle(one.subscriber.target);
  }

  private refused(one: TrackedSubscription, trail: Trail | undefined, error: RealtimeError): void {
    const all = this.brokenWith(trail);
    const waiting = all.includes(one) || !error.retryable ? one : (all[0] ?? one);
    this.apply(waiting, { type: 'refused', error });
    // Each of the others asks for itself: what is refused to one may be granted to another.
    if (!error.retryable) this.applyToAll(all, () => ({ type: 'anew' }));
  }

  private subscribed(one: TrackedSubscription, trail: Trail | undefined, frame: SubscribedFrame): void {
    const known = this.streams.get(frame.stream);
    const { target, wantsSnapshot } = one.subscriber;
    const all = this.brokenWith(trail);
    if (trail !== undefined && frame.recovered === true) {
      // Of a stream that was live `since` was no question: without it, it is one.
      if (known !== undefined) return this.applyToAll(all, () => ({ type: 'anew' }));
      const isDoubtful = trail.resumed(frame.epoch);
      const stream = this.streams.resume(frame, target, trail);
      this.applyToAll(all, () => ({ type: 'subscribed', stream, frame, snapshot: false }));
      return isDoubtful ? this.rereadAll(stream.missed('reconnected')) : undefined;
    }
    const stream = known ?? this.streams.begin(frame, target);
    // Also for a subscription that has ended meanwhile: the server sends that snapshot all the same.
    if (wantsSnapshot) stream.expectSnapshot(one.subscriber);
    this.apply(one, { type: 'subscribed', stream, frame, snapshot: wantsSnapshot });
    this.applyToAll(all, () => ({ type: 'anew' }));
  }

  private isUnanswered(target: Target): boolean {
    return [...this.unanswered].some(({ subscriber }) => isSameTarget(subscriber.target, target));
  }
}

/** Whether a subscription would rather be resumed on the trail of its stream than begin anew. */
function resumes({ state, subscriber }: TrackedSubscription): boolean {
  const trail = state.kind === 'live' ? state.stream.trail : undefined;
  return trail?.isComplete === true && subscriber.wantsResumption(trail);
}
