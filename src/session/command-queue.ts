import { RepliesInTurn, type Reply } from './replies-in-turn.js';

/** Frames that wait before no more is read from the socket, and the number at which reading goes on. */
const PAUSE_AT = 256;
const RESUME_AT = 64;

/** What is read of a socket at once, at most. */
const READ_BYTES = 64 * 1024;

/** Commands that are served beside one that waits. */
const MOST_BESIDE = 64;

/** What V8 takes for a frame that waits, about, beside its bytes. */
const FRAME_BYTES = 256;
/** Copies of its text that are made of a command while it is served beside others, at most. */
const COPIES = 4;
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
  /** Whether others may be served beside this one, while it waits. */
  admitsOthers(frame: ReceivedFrame): boolean;
  /** Serves one beside others that wait. @returns its reply, for its turn, never rejected; `undefined`: it has to wait, nothing was done */
  runBeside(frame: ReceivedFrame): Promise<Reply> | undefined;
  /** The queue holds so many bytes more, or less. */
  book(bytes: number): void;
  pause(): void;
  resume(): void;
}

/**
 * The commands of one connection, served one after the other: replies come in command order, and what is sent behind an
 * `auth` waits for its outcome. Only some may be served beside others of their kind that wait, and are replied to in their turn.
 * A full queue stops reading, so that TCP slows the sender; what one read brought can still come, the rate limit bounds it.
 */
export class CommandQueue {
  private waiting: ReceivedFrame[] | undefined;
  /** Of those that are served behind the first, which admits others. */
  private besides: RepliesInTurn | undefined;
  private admits = false;
  private first = false;
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
    if (!this.waiting && this.startBeside(frame)) return;
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
    this.first = true;
    this.admits = false;
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
    this.admits = this.runner.admitsOthers(frame);
  }

  /** @returns whether it is served: not, where it has to wait for what was sent before it */
  private startBeside(frame: ReceivedFrame): boolean {
    if (!this.admits) return false;
    const bytes = FRAME_BYTES + COPIES * frame.data.length;
    const besides = (this.besides ??= new RepliesInTurn((more) => this.runner.book(more), this.goOn));
    if (besides.size >= MOST_BESIDE || besides.bytes + bytes > this.runner.patience) return false;
    const reply = this.runner.runBeside(frame);
    if (reply) besides.add(reply, bytes);
    return reply !== undefined;
  }

  private readonly next = (): void => {
    this.first = false;
    this.runner.book(-this.served);
    this.served = 0;
    this.goOn();
  };

  /** Replies to all whose turn it is, and serves what waits for them. */
  private readonly goOn = (): void => {
    if (this.first) return;
    this.besides?.give();
    this.busy = this.besides !== undefined && this.besides.size > 0;
    if (!this.busy) this.besides = undefined;
    this.serveWaiting();
    this.release();
  };

  private serveWaiting(): void {
    for (let frame = this.waiting?.[0]; frame; frame = this.waiting?.[0]) {
      if (this.busy && !this.startBeside(frame)) return;
      this.waiting?.shift();
      this.book(-weightOf(frame));
      if (!this.busy) this.start(frame);
    }
  }

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
