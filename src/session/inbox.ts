import { CLOSE_CODES, type CloseCode } from '@edge-hive/protocol';
import type { Config } from '../config/config.js';
import { CommandQueue, type CommandRunner, type ReceivedFrame } from './command-queue.js';
import { CommandRate } from './command-rate.js';
import type { Reply } from './replies-in-turn.js';
import { TokenBucket } from './token-bucket.js';

/** What Node reads of a socket at once, at most. */
const READ_BYTES = 64 * 1024;

/** Malformed frames in a minute before 4400. */
const VIOLATIONS_PER_MINUTE = 50;

/** Whose commands come in. */
export interface InboxOwner {
  readonly closed: boolean;
  /** Whether it may make the service hold as much as any. */
  readonly trusted: boolean;
  serve(frame: ReceivedFrame): Promise<unknown> | undefined;
  admitsOthers(frame: ReceivedFrame): boolean;
  serveBeside(frame: ReceivedFrame): Promise<Reply> | undefined;
  /** So many bytes more, or less, are held for it. */
  book(bytes: number): void;
  pause(): void;
  resume(): void;
  close(code: CloseCode, reason: string): void;
  terminate(): void;
}

/** What one client sends: how much, how fast and how well formed it may be, and that it is served in order. */
export class Inbox implements CommandRunner {
  private readonly commands = new CommandQueue(this);
  private readonly rate: CommandRate;
  private violations: TokenBucket | undefined;
  private authentications: TokenBucket | undefined;
  private halted = false;

  constructor(
    private readonly owner: InboxOwner,
    private readonly config: Config,
  ) {
    this.rate = new CommandRate(config, performance.now());
  }

  /** Whether nothing is read of what the client sends. */
  get paused(): boolean {
    return this.halted;
  }

  get patience(): number {
    const { limitFrameBytes, limitUnauthenticatedBytes } = this.config;
    return this.owner.trusted ? limitFrameBytes : limitUnauthenticatedBytes / 2;
  }

  /** Takes a command. */
  receive(data: Buffer, binary: boolean): void {
    if (this.owner.closed) return;
    const verdict = this.rate.judge(performance.now());
    if (verdict === 'flood') this.owner.close(CLOSE_CODES.RATE_LIMITED, 'too many commands');
    else this.commands.push({ data, binary, refused: verdict === 'refused' });
  }

  /** Counts what costs as much as a command and is none, a ping for one. @returns whether it is to be answered. */
  control(): boolean {
    if (this.owner.closed) return false;
    const verdict = this.rate.judge(performance.now());
    if (verdict === 'flood') this.owner.close(CLOSE_CODES.RATE_LIMITED, 'too many pings or pongs');
    return verdict === 'served';
  }

  /** So many bytes of a command that isn't whole yet are in memory. */
  holdsPart(bytes: number): void {
    this.commands.beside(bytes);
    if (bytes <= this.partLimit) return;
    if (this.owner.closed) this.owner.terminate();
    else
      this.owner.close(
        CLOSE_CODES.FRAME_TOO_LARGE,
        this.owner.trusted ? 'a frame in too many parts' : 'too large a frame before authentication',
      );
  }

  /** Commands wait until this settles. */
  hold(until: Promise<unknown>): void {
    this.commands.hold(until);
  }

  /** Counts a command that is none. */
  violated(): void {
    const now = performance.now();
    this.violations ??= new TokenBucket(VIOLATIONS_PER_MINUTE, VIOLATIONS_PER_MINUTE / 60, now);
    if (!this.violations.take(now)) this.owner.close(CLOSE_CODES.PROTOCOL_VIOLATION, 'too many malformed frames');
  }

  /** Counts a token that is shown. Each costs a signature, and a look at all subscriptions. */
  mayAuthenticate(): boolean {
    const now = performance.now();
    const { limitAuthBurst, limitAuthPerSecond } = this.config;
    this.authentications ??= new TokenBucket(limitAuthBurst, limitAuthPerSecond, now);
    return this.authentications.take(now);
  }

  /** Nothing is served any more. */
  close(): void {
    this.commands.close();
    // Or the answer to a close would stay unread.
    if (this.halted) this.resume();
  }

  run(frame: ReceivedFrame): Promise<unknown> | undefined {
    return this.owner.closed ? undefined : this.owner.serve(frame);
  }

  admitsOthers(frame: ReceivedFrame): boolean {
    return this.owner.admitsOthers(frame);
  }

  runBeside(frame: ReceivedFrame): Promise<Reply> | undefined {
    return this.owner.closed ? undefined : this.owner.serveBeside(frame);
  }

  book(bytes: number): void {
    this.owner.book(bytes);
  }

  pause(): void {
    this.halted = true;
    this.owner.pause();
  }

  resume(): void {
    this.halted = false;
    this.owner.resume();
  }

  /** The bytes of one frame, twice for what came with them, and one read. */
  private get partLimit(): number {
    const { limitFrameBytes, limitUnauthenticatedBytes } = this.config;
    const full = this.owner.trusted || this.commands.serving;
    return full ? 2 * limitFrameBytes + READ_BYTES : limitUnauthenticatedBytes;
  }
}
