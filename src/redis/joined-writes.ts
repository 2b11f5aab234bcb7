import type { Writable } from 'node:stream';

/** Whatever writes to a connection, which it can replace. */
export interface Writing {
  readonly stream: Writable | undefined;
}

/** Joins what is sent within one turn of the event loop into one write: each would be a call of the system, for both ends. */
export class JoinedWrites {
  private held: Writable | undefined;

  constructor(private readonly client: Writing) {}

  /** To be called before something is sent. */
  join(): void {
    const { stream } = this.client;
    // A connection that took the place of another has nothing to be joined with.
    if (!stream || this.held === stream) return;
    this.held = stream;
    stream.cork();
    setImmediate(() => {
      if (this.held === stream) this.held = undefined;
      stream.uncork();
    });
  }
}
