import type { Backoff } from '../connection/backoff.js';
import type { Commands, Outcome } from '../connection/commands.js';
import type { Stream } from './stream.js';

/**
 * Streams that nobody listens to, until the server has ended them. It has each of them until it says otherwise: what it refuses
 * for now is asked for again.
 */
export class AbandonedStreams {
  private readonly asked = new Set<Stream>();
  private readonly timers = new Map<Stream, ReturnType<typeof setTimeout>>();

  /** @param isIdle whether a stream that was refused to be ended still has to be */
  constructor(
    private readonly commands: Commands,
    private readonly newBackoff: () => Backoff,
    private readonly isIdle: (stream: Stream) => boolean,
    private readonly ended: (stream: Stream) => void,
  ) {}

  add(stream: Stream): void {
    if (!this.asked.has(stream) && !this.timers.has(stream)) this.ask(stream, this.newBackoff());
  }

  /** With their connection they are gone. */
  lost(): void {
    this.asked.clear();
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  private ask(stream: Stream, backoff: Backoff): void {
    this.asked.add(stream);
    this.commands.send({ type: 'unsubscribe', stream: stream.name }, (outcome) =>
      this.answered(stream, outcome, backoff),
    );
  }

  private answered(stream: Stream, outcome: Outcome, backoff: Backoff): void {
    // An answer that is DISCONNECTED comes when all are gone.
    if (!this.asked.delete(stream)) return;
    if ('error' in outcome && outcome.error.retryable) {
      const again = () => this.again(stream, backoff);
      this.timers.set(stream, setTimeout(again, backoff.next()));
    } else {
      this.ended(stream);
    }
  }

  private again(stream: Stream, backoff: Backoff): void {
    this.timers.delete(stream);
    if (this.isIdle(stream)) this.ask(stream, backoff);
  }
}
