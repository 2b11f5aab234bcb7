import type { ResyncReason } from '@edge-hive/protocol';
import type { Subscriber } from '../delivery/subscriber.js';
import type { Change } from '../surreal/changes/change.js';
import type { ChangeLog } from './change-log.js';
import type { Stream } from './stream.js';
import { TurnQueue, type Turn } from './turn-queue.js';

/** Changes of which the database is asked together before they are replayed. */
const PREPARED_AT_ONCE = 128;

/** Many who come back at once have the whole log to go through, each of them. */
const turns = new TurnQueue();

/** Sends one subscriber of a stream what the log has, as fast as the subscriber takes it. */
export class LogReplay {
  private stopped = false;
  /** What happened before this place of the log is in whatever is read after the subscriber was told alone to read again. */
  private excused = -Infinity;
  /** Ends the wait that is under way. */
  private wake?: () => void;

  constructor(
    private readonly source: Stream,
    private readonly subscriber: Subscriber,
    private readonly log: ChangeLog,
  ) {}

  stop(): void {
    this.stopped = true;
    this.wake?.();
  }

  /**
   * @param from the position of the log behind which it begins
   * @param atEnd called in the very turn in which the end is reached: a change could come before the next. Absent: the end is where the
   *   log ends now.
   */
  async run(from: number, include: (change: Change) => boolean, atEnd?: () => void): Promise<void> {
    const until = atEnd ? Infinity : this.log.head;
    /** Of what comes before it the database has been asked. */
    let prepared = from;
    let turn: Turn | undefined;
    for (let position = from; !this.ended;) {
      if (!this.log.reaches(position)) {
        position = this.log.head;
        await this.resyncAlone('overrun');
        continue;
      }
      const next = this.log.after(this.source.topic, position);
      if (!next || next.position > until) return atEnd?.();
      if (!turn || turn.over) {
        turn = await turns.next();
        continue;
      }
      if (this.source.questions.length > 0 && next.position > prepared) {
        const { changes, end } = this.following(position, include);
        prepared = end;
        await this.source.prepare(changes);
        continue;
      }
      position = next.position;
      if (!include(next.change)) continue;
      const outcome = this.source.replay(this.subscriber, next.change);
      if (outcome === 'delivered') await this.subscriber.drained();
      else if (outcome === 'unknown' && position > this.excused) await this.resyncAlone('unknown_state');
    }
  }

  /** Some changes from a position on, and the position behind them. */
  private following(position: number, include: (change: Change) => boolean): { changes: Change[]; end: number } {
    const changes: Change[] = [];
    let end = position;
    for (let n = 0; n < PREPARED_AT_ONCE; n += 1) {
      const next = this.log.after(this.source.topic, end);
      if (!next) break;
      end = next.position;
      if (include(next.change)) changes.push(next.change);
    }
    return { changes, end };
  }

  /**
   * Tells its subscriber alone to read again. Where that has to wait, so does everything else of the stream: who is cut off
   * before it was told would go on from a place behind the cause, and never know.
   */
  private async resyncAlone(reason: ResyncReason): Promise<void> {
    const { resyncs } = this.source;
    const last = resyncs.lastTo(this.subscriber);
    this.excused = this.log.head;
    const wait = resyncs.untilOne(this.subscriber);
    if (wait > 0) await this.pause(wait);
    if (this.ended || resyncs.lastTo(this.subscriber) !== last) return;
    this.excused = this.log.head;
    resyncs.toOne(this.subscriber, reason);
  }

  /** Ends early when it is stopped. */
  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private get ended(): boolean {
    return this.stopped || this.subscriber.closed;
  }
}
