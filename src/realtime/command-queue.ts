/** Frames that wait before no more is read from the socket, and the number at which reading goes on. */
const PAUSE_AT = 256;
const RESUME_AT = 64;

/** A frame as it came. */
export interface ReceivedFrame {
  readonly data: Buffer;
  readonly binary: boolean;
  /** Beyond the rate limit: to be answered in its turn, not served. */
  readonly refused: boolean;
}

/** Serves the frames, and can make the sender wait. */
export interface CommandRunner {
  run(frame: ReceivedFrame): Promise<unknown> | undefined;
  pause(): void;
  resume(): void;
}

/**
 * The commands of one connection, served one after the other: replies come in command order, and what is sent behind an
 * `auth` waits for its outcome. A full queue stops reading, so that TCP slows the sender; what one read brought can still
 * come, the rate limit bounds it.
 */
export class CommandQueue {
  private waiting: ReceivedFrame[] | undefined;
  private busy = false;
  private paused = false;
  private closed = false;

  constructor(private readonly runner: CommandRunner) {}

  push(frame: ReceivedFrame): void {
    if (this.closed) return;
    if (!this.busy) {
      this.start(frame);
      return;
    }
    const length = (this.waiting ??= []).push(frame);
    if (length < PAUSE_AT || this.paused) return;
    this.paused = true;
    this.runner.pause();
  }

  /** Serves nothing until this settles. */
  hold(until: Promise<unknown>): void {
    this.busy = true;
    until.then(this.next, this.next);
  }

  /** Forgets what waits. */
  close(): void {
    this.closed = true;
    this.waiting = undefined;
  }

  private start(frame: ReceivedFrame): void {
    const done = this.runner.run(frame);
    if (done) this.hold(done);
  }

  private readonly next = (): void => {
    this.busy = false;
    while (!this.busy) {
      const frame = this.waiting?.shift();
      if (!frame) break;
      this.start(frame);
    }
    this.release();
  };

  private release(): void {
    const length = this.waiting?.length ?? 0;
    if (length === 0) this.waiting = undefined;
    if (!this.paused || length > RESUME_AT) return;
    this.paused = false;
    this.runner.resume();
  }
}
