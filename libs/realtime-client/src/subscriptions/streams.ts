import type { SubscribedFrame } from '@edge-hive/protocol';
import { AbandonedStreams } from './abandoned-streams.js';
import type { Backoff } from '../connection/backoff.js';
import type { Commands } from '../connection/commands.js';
import { Stream } from './stream.js';
import type { Subscriber } from './subscriber.js';
import { isSameTarget, type Target } from './subscription.js';
import { Trail } from './trail.js';

/** Until `welcome` names the server's own, in milliseconds. */
const DEFAULT_REPLAY_WINDOW = 3_000;

/** The streams of one connection, by name. */
export class Streams {
  /** Milliseconds of events that another instance may repeat. */
  replayWindow = DEFAULT_REPLAY_WINDOW;
  private readonly byName = new Map<string, Stream>();
  private readonly abandoned: AbandonedStreams;

  /** @param isUnanswered whether a command about a topic or channel has no answer yet */
  constructor(
    commands: Commands,
    newBackoff: () => Backoff,
    private readonly isUnanswered: (target: Target) => boolean,
  ) {
    this.abandoned = new AbandonedStreams(
      commands,
      newBackoff,
      (stream) => this.idle(stream.target).includes(stream),
      (stream) => this.delete(stream),
    );
  }

  get(name: string): Stream | undefined {
    return this.byName.get(name);
  }

  begin(frame: SubscribedFrame, target: Target): Stream {
    const { cursor, epoch, durable } = frame;
    const isResumable = (durable || 'channel' in target) && cursor !== '';
    const place = { cursor, epoch: 'topic' in target ? epoch : undefined };
    return this.resume(frame, target, isResumable ? new Trail(place, this.replayWindow) : undefined);
  }

  /** @param trail undefined: it can't be resumed on another connection */
  resume({ stream: name }: SubscribedFrame, target: Target, trail: Trail | undefined): Stream {
    const stream = new Stream(name, target, trail);
    this.byName.set(name, stream);
    return stream;
  }

  delete(stream: Stream): void {
    this.byName.delete(stream.name);
  }

  /** @returns who has to read its rows again */
  checkpoint(cursor: string): Subscriber[] {
    return [...this.byName.values()].flatMap((stream) => stream.checkpoint(cursor));
  }

  /** Their connection is gone. */
  lost(): void {
    this.abandoned.lost();
    this.byName.clear();
  }

  /** Ends those that nobody listens to. Until the server has done so they are live, and may be joined again. */
  endIdle(target: Target): void {
    for (const stream of this.idle(target)) this.abandoned.add(stream);
  }

  /**
   * None while a subscription to the same target is unanswered: it may turn out to be the same stream, and the server would
   * end it after having begun it.
   */
  private idle(target: Target): Stream[] {
    if (this.isUnanswered(target)) return [];
    return [...this.byName.values()].filter(
      (stream) => stream.subscribers.size === 0 && isSameTarget(stream.target, target),
    );
  }
}
