import type { PublishFrame } from '@edge-hive/protocol';
import type { Backoff } from '../connection/backoff.js';
import type { Commands, Outcome, Settle } from '../connection/commands.js';
import { RealtimeError } from '../errors.js';
import type { Muted, MutedMessages } from '../subscriptions/muted-messages.js';
import { Pause } from '../pause.js';
import { randomText } from '../random-text.js';

/** What the server remembers a key for, less what clocks and networks may differ by, in milliseconds. */
const KEY_LIFETIME = 4.5 * 60_000;
/** So many may be unanswered at once: what is refused for coming too fast stays well below a flood. */
const WINDOW = 64;

/** How long what was sent for one principal is waited for before the client speaks for another, in milliseconds. */
const HAND_OVER_TIMEOUT = 2_000;

/** How much may wait, for a connection or for an answer. */
export interface QueueBounds {
  count: number;
  bytes: number;
}

interface Publish {
  json: string;
  bytes: number;
  settle: Settle;
  /** Whose it is; undefined where that wasn't known. */
  author: string | undefined;
  /** Published under `echo: false`. */
  muted: Muted | undefined;
  /** When it was first sent without an answer, by `Date.now()`, which goes on while a device sleeps. */
  sentAt?: number;
  /** A connection broke before its answer: it may have been carried out. */
  inDoubt: boolean;
  inFlight: boolean;
}

/** Publishes until they are answered for good: over connections that break, and refusals that pass. Each has a key. */
export class PublishQueue {
  /** In the order of the calls. */
  private readonly entries = new Set<Publish>();
  private readonly keyPrefix = randomText();
  private keys = 0;
  private bytes = 0;
  private inFlight = 0;
  private online = false;
  /** Whom the connection speaks for, by id; and whose what is published now is. */
  private speaker: string | undefined;
  private author: string | undefined;
  private handedOver: (() => void) | undefined;
  /** After a refusal that passes. All wait with it, so that what was refused isn't overtaken. */
  private readonly pause: Pause;

  constructor(
    private readonly bounds: QueueBounds,
    private readonly commands: Commands,
    newBackoff: () => Backoff,
    private readonly mutedMessages: MutedMessages,
  ) {
    this.pause = new Pause(newBackoff, () => this.flush());
  }

  get idle(): boolean {
    return this.entries.size === 0;
  }

  /** Takes the data as it is now. @throws TypeError if it isn't JSON */
  add(command: PublishFrame, settle: Settle): void {
    const key = command.key ?? `${this.keyPrefix}-${(++this.keys).toString(36)}`;
    const json = JSON.stringify({ ...command, key });
    const bytes = new TextEncoder().encode(json).length;
    if (this.entries.size >= this.bounds.count || this.bytes + bytes > this.bounds.bytes) {
      settle({ error: this.overflow(bytes) });
      return;
    }
    this.bytes += bytes;
    const { channel, event, echo } = command;
    const muted = echo === false ? { channel, event } : undefined;
    const { author } = this;
    this.entries.add({ json, bytes, settle, author, muted, inDoubt: false, inFlight: false });
    this.flush();
  }

  /** @param principal undefined: an anonymous connection, or one whose principal is not known yet */
  opened(principal: string | undefined): void {
    this.online = true;
    this.speaker = principal;
    this.author = principal;
    for (const entry of [...this.entries]) {
      if (principal === undefined || entry.author === undefined) entry.author = principal;
      else if (entry.author !== principal) this.finish(entry, { error: this.changed(entry) });
    }
    this.flush();
  }

  /**
   * What is published from now on is another principal's, and waits until that one is spoken for.
   *
   * @returns when nothing of the one before is left, or has waited for too long
   */
  async handOver(principal: string | undefined): Promise<void> {
    this.author = principal;
    if (principal === this.speaker || !this.online || !this.hasEntriesOf(this.speaker)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.handedOver?.(), HAND_OVER_TIMEOUT);
      this.handedOver = () => {
        clearTimeout(timer);
        this.handedOver = undefined;
        resolve();
      };
    });
  }

  /** It stays the one before. */
  handBack(): void {
    this.author = this.speaker;
    for (const entry of this.entries) entry.author = this.speaker;
    this.flush();
  }

  /** The connection's commands were settled as DISCONNECTED before. */
  lost(): void {
    this.online = false;
    this.handedOver?.();
    this.pause.end();
  }

  closed(error: RealtimeError): void {
    this.lost();
    for (const entry of [...this.entries]) this.finish(entry, { error });
  }

  private flush(): void {
    for (const entry of this.entries) {
      if (!this.online || this.pause.isOn || this.inFlight >= WINDOW) return;
      if (entry.author !== this.speaker) return;
      if (!entry.inFlight) this.send(entry);
    }
  }

  private send(entry: Publish): void {
    if (entry.sentAt !== undefined && Date.now() - entry.sentAt > KEY_LIFETIME) {
      const message = 'The connection broke before the answer, for too long to repeat it: it may have been delivered.';
      return this.finish(entry, { error: new RealtimeError('DISCONNECTED', message) });
    }
    entry.sentAt ??= Date.now();
    entry.inFlight = true;
    this.inFlight += 1;
    this.commands.sendJson(entry.json, (outcome) => this.answered(entry, outcome));
  }

  private answered(entry: Publish, outcome: Outcome): void {
    entry.inFlight = false;
    this.inFlight -= 1;
    if ('reply' in outcome || !isPassing(outcome.error)) {
      if (!this.pause.isOn) this.pause.reset();
      this.finish(entry, outcome);
    } else if (outcome.error.code !== 'DISCONNECTED') {
      // It was not carried out: its key is unused, unless an earlier try was.
      if (!entry.inDoubt) delete entry.sentAt;
      this.pause.begin();
    } else {
      entry.inDoubt = true;
      if (entry.muted) this.mutedMessages.doubt(entry.muted);
      return;
    }
    this.flush();
  }

  private finish(entry: Publish, outcome: Outcome): void {
    if (!this.entries.delete(entry)) return;
    this.bytes -= entry.bytes;
    entry.settle(outcome);
    if (entry.muted) this.mutedMessages.settle(entry.muted, cursorOf(outcome));
    if (this.handedOver && !this.hasEntriesOf(this.speaker)) this.handedOver();
  }

  private hasEntriesOf(author: string | undefined): boolean {
    return [...this.entries].some((entry) => entry.author === author);
  }

  private changed({ inDoubt }: Publish): RealtimeError {
    const message = `The client speaks for another principal now${inDoubt ? ': it may have been delivered' : ''}.`;
    return new RealtimeError('PRINCIPAL_CHANGED', message);
  }

  private overflow(bytes: number): RealtimeError {
    const message =
      `${this.entries.size} publishes of ${this.bytes} bytes wait already, and this one has ${bytes}: ` +
      `await some first, or raise queueSize (${this.bounds.count}) or queueBytes (${this.bounds.bytes}).`;
    return new RealtimeError('QUEUE_FULL', message, { retryable: true });
  }
}

function isPassing({ code, retryable }: RealtimeError): boolean {
  return retryable || code === 'DISCONNECTED';
}

function cursorOf(outcome: Outcome): string | undefined {
  return 'reply' in outcome && outcome.reply.type === 'ack' ? outcome.reply.cursor : undefined;
}
