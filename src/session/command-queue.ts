/** Frames that wait before no more is read from the socket, and the number at which reading goes on. */
const PAUSE_AT = 256;
const RESUME_AT = 64;

/** What is read of a socket at once, at most. */
const READ_BYTES = 64 * 1024;

/** What V8 takes for a frame that waits, about, beside its bytes. */
const FRAME_BYTES = 256;
/** Bytes that a parsed frame can take for each of its text: an empty object is written in two. */
const PARSED_BYTES = 24;

/** A frame as it came. */
export interface ReceivedFrame {
  readonly data: Buffer;
  readonly binary: boolean;
  /** Beyond the rate limit: to be answered in its turn, not served. */
  readonly refused: boolean;
}

/** Serves the frames, and can make the sender wait. */
export interface CommandRunner {
  /** Bytes of commands that may wait before no more is read from the socket. */
  readonly patience: number;
  run(frame: ReceivedFrame): Promise<unknown> | undefined;
  /** The queue holds so many bytes more, or less. */
  book(bytes: number): void;
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
  private bytes = 0;
  private partial = 0;
  private served = 0;
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
    (this.waiting ??= []).push(alone(frame));
    this.book(weightOf(frame));
    this.pauseIfFull();
  }

  /** So many bytes of a frame that is not whole yet are held, too. */
  beside(partial: number): void {
    this.runner.book(partial - this.partial);
    this.partial = partial;
    if (this.busy && !this.closed) this.pauseIfFull();
  }

  /** Whether one is served, and others wait for it. */
  get serving(): boolean {
    return this.busy;
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
    this.book(-this.bytes);
  }

  private start(frame: ReceivedFrame): void {
    const done = this.runner.run(frame);
    if (!done) return;
    this.served = servedBytes(frame);
    this.runner.book(this.served);
    this.hold(done);
  }

  private readonly next = (): void => {
    this.busy = false;
    this.runner.book(-this.served);
    this.served = 0;
    while (!this.busy) {
      const frame = this.waiting?.shift();
      if (!frame) break;
      this.book(-weightOf(frame));
      this.start(frame);
    }
    this.release();
  };

  private book(bytes: number): void {
    this.bytes += bytes;
    this.runner.book(bytes);
  }

  private pauseIfFull(): void {
    if (this.paused) return;
    if ((this.waiting?.length ?? 0) < PAUSE_AT && this.bytes + this.partial < this.runner.patience) return;
    this.paused = true;
    this.runner.pause();
  }

  private release(): void {
    const length = this.waiting?.length ?? 0;
    if (length === 0) this.waiting = undefined;
    if (!this.paused || this.closed) return;
    // What has come of a frame that isn't whole is no reason to wait once nothing is served: the rest has to come.
    if (this.busy && (length > RESUME_AT || this.bytes + this.partial >= this.runner.patience)) return;
    this.paused = false;
    this.runner.resume();
  }
}

/** What a frame can take in memory while it is served. */
export function servedBytes({ data }: ReceivedFrame): number {
  return PARSED_BYTES * data.length;
}

function weightOf({ data }: ReceivedFrame): number {
  return FRAME_BYTES + data.length;
}

/** A frame that came in one read lies where the next is read to, and a small one may keep all of a read in memory. */
function alone(frame: ReceivedFrame): ReceivedFrame {
  const { data } = frame;
  if (data.length > READ_BYTES && data.buffer.byteLength <= 2 * data.length) return frame;
  const copy = Buffer.allocUnsafeSlow(data.length);
  data.copy(copy);
  return { ...frame, data: copy };
}
