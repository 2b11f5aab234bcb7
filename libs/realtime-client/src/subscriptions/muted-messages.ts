import type { MessageFrame, PublishFrame, ServerFrame } from '@edge-hive/protocol';

/** As many as a channel can keep: no replay is longer. */
const MOST_CURSORS = 10_000;
/** So many frames of a channel wait at most. Beyond it an own message may be delivered. */
const MOST_HELD = 1_024;

/** What is known, before its answer, of a message that was published under `echo: false`. */
export type Muted = Pick<PublishFrame, 'channel' | 'event'>;

/**
 * Messages that were published under `echo: false`. The server keeps them from the connection over which they came, and a
 * replay on the next one has them: they are known by the cursor of their `ack`.
 */
export class MutedMessages {
  private readonly cursors = new Set<string>();
  /** Published on a connection that broke before the answer: their cursors come with the answer to the repeat. */
  private readonly doubtful = new Set<Muted>();
  /** By channel, frames that came before that answer, from the first that it may concern. */
  private readonly held = new Map<string, (() => void)[]>();

  has({ cursor }: MessageFrame): boolean {
    return this.cursors.has(cursor);
  }

  doubt(message: Muted): void {
    this.doubtful.add(message);
  }

  /** @param cursor undefined: it was refused, or given up */
  settle(message: Muted, cursor: string | undefined): void {
    if (cursor !== undefined) this.remember(cursor);
    if (this.doubtful.delete(message)) this.release(message.channel);
  }

  /** True: whether it is an own one isn't known yet, or it comes behind one of which that is so. `deliver` is called later. */
  hold(channel: string, frame: ServerFrame, deliver: () => void): boolean {
    // Nearly always: nothing is held then either.
    if (this.doubtful.size === 0) return false;
    const held = this.held.get(channel) ?? [];
    if (held.length === 0 && !this.isDoubtful(frame)) return false;
    held.push(deliver);
    this.held.set(channel, held);
    if (held.length > MOST_HELD) this.giveUp(channel);
    return true;
  }

  /** What was held comes again on the next connection. */
  lost(): void {
    this.held.clear();
  }

  private isDoubtful(frame: ServerFrame): boolean {
    if (frame.type !== 'message' || this.has(frame)) return false;
    return [...this.doubtful].some(({ channel, event }) => channel === frame.channel && event === frame.event);
  }

  private giveUp(channel: string): void {
    for (const message of this.doubtful) if (message.channel === channel) this.doubtful.delete(message);
    this.release(channel);
  }

  private release(channel: string): void {
    const held = this.held.get(channel) ?? [];
    this.held.delete(channel);
    for (const deliver of held) deliver();
  }

  private remember(cursor: string): void {
    this.cursors.add(cursor);
    const [oldest] = this.cursors;
    if (this.cursors.size > MOST_CURSORS && oldest !== undefined) this.cursors.delete(oldest);
  }
}
