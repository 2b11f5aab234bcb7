import type { Backoff } from './backoff.js';
import type { Commands, Outcome } from './commands.js';
import { Retries } from './retries.js';
import type { Stream } from './stream.js';

/**
 * Streams that nobody listens to, on their way out. The server has each of them until it says otherwise: what it refuses for
 * now is asked for again.
 */
export class Endings {
  private readonly asked = new Set<Stream>();
  private readonly retries = new Retries<Stream>();

  /** @param isIdle whether a stream that was refused to be ended still has to be */
  constructor(
    private readonly commands: Commands,
    private readonly newBackoff: () => Backoff,
    private readonly isIdle: (stream: Stream) => boolean,
    private readonly ended: (stream: Stream) => void,
  ) {}

  add(stream: Stream): void {
    if (!this.asked.has(stream) && !this.retries.has(stream)) this.ask(stream, this.newBackoff());
  }

  /** With their connection they are gone. */
  lost(): void {
    this.asked.clear();
    this.retries.clear();
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
      this.retries.add(stream, backoff.next(), () => this.again(stream, backoff));
    } else {
      this.ended(stream);
    }
  }

  private again(stream: Stream, backoff: Backoff): void {
    this.retries.cancel(stream);
    if (this.isIdle(stream)) this.ask(stream, backoff);
  }
}
