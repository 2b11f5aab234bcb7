import { setTimeout as pause } from 'node:timers/promises';
import type { Change } from '../../surreal/changes/change.js';
import { DatabaseUnavailable } from '../../surreal/connection/database-unavailable.js';
import type { DatabaseRow } from '../../values/path.js';
import type { AskedStream } from './asked-stream.js';
import { Doubts } from './doubts.js';
import type { Reader } from './readers.js';
import type { RowAsker } from './row-asker.js';
import { Wanted } from '../../rights/asking/wanted.js';

/** Changes that are asked about at a time; fewer where so many answers are wanted of them. */
const CHANGES_AT_ONCE = 256;
const ANSWERS_AT_ONCE = 16_384;
/** Before the database is asked again that was away. */
const RETRY_MS = 100;
/** How many times it is asked until nothing was written meanwhile, where it can't be relied on to read one state. */
const MOST_ASKS = 5;

interface Entry<Stream> {
  readonly change: Change;
  /** The place in the change log behind it. */
  readonly position: number;
  readonly streams: readonly Stream[];
  readonly since: number;
}

interface Replay<Stream> {
  readonly stream: Stream;
  readonly changes: readonly Change[];
  readonly done: () => void;
}

/**
 * The changes of one table that wait until the database has said to whom they may be shown. They are delivered in order, to the
 * streams that asked; all other streams don't wait.
 */
export class AskedChanges<Stream extends AskedStream> implements Reader {
  private entries: Entry<Stream>[] = [];
  private replays: Replay<Stream>[] = [];
  private readonly doubts = new Doubts();
  private readonly streams = new Map<Stream, number>();
  private isWorking = false;
  private isDisturbed = false;
  /** Until the first change has waited for as long as one may, whether or not the database answers. */
  private patience: NodeJS.Timeout | undefined;

  constructor(
    readonly table: string,
    private readonly asker: RowAsker,
    /** Ends all subscriptions of a stream: other rows may be theirs to see now. */
    private readonly end: (stream: Stream) => void,
  ) {}

  add(stream: Stream): void {
    this.streams.set(stream, 0);
    this.asker.readers.add(this, stream.questions);
  }

  remove(stream: Stream): void {
    if (this.streams.delete(stream)) this.asker.readers.remove(this, stream.questions);
  }

  /** A change waits for the answers of streams. @param position the place in the change log behind it */
  push(change: Change, position: number, streams: readonly Stream[]): void {
    for (const stream of streams) this.count(stream, 1);
    this.entries.push({ change, position, streams, since: performance.now() });
    this.asker.waiting.add(change.bytes);
    if (this.asker.waiting.isTooMuch) return this.giveUp();
    this.work();
    this.patience ??= this.wait(this.asker.waiting.longestMs);
  }

  /** Whether changes of a stream wait. */
  awaits(stream: Stream): boolean {
    return (this.streams.get(stream) ?? 0) > 0;
  }

  /** The place in the change log of the first change that waits for a stream; `undefined`: none does. */
  firstOf(stream: Stream): number | undefined {
    if (!this.awaits(stream)) return undefined;
    const entry = this.entries.find(({ streams }) => streams.includes(stream));
    return entry && entry.position - 1;
  }

  /** Settles when the database was asked about changes that are to be replayed. */
  prepare(stream: Stream, changes: readonly Change[]): Promise<void> {
    return new Promise((done) => {
      this.replays.push({ stream, changes, done });
      this.work();
    });
  }

  /** A record of a table that questions read has changed. */
  changed(change: Change): void {
    this.isDisturbed = true;
    for (const stream of [...this.streams.keys()]) {
      if (this.doubts.settles(change, stream.questions)) this.endNow(stream);
    }
    if (!this.doubts.isEmpty) this.work();
  }

  /** Records of a table that questions read may have changed, and it isn't known which. */
  doubt(table?: string): void {
    for (const stream of [...this.streams.keys()]) {
      const reads = stream.questions.flatMap((question) => [...question.readTables()]);
      if (table === undefined ? reads.length > 0 : reads.includes(table)) this.endNow(stream);
    }
  }

  private endNow(stream: Stream): void {
    for (const question of stream.questions) question.forget();
    this.end(stream);
  }

  private count(stream: Stream, more: number): void {
    const count = this.streams.get(stream);
    if (count !== undefined) this.streams.set(stream, count + more);
  }

  private work(): void {
    if (this.isWorking) return;
    this.isWorking = true;
    void this.workOff();
  }

  private async workOff(): Promise<void> {
    // What comes in this turn is asked about together.
    await new Promise(setImmediate);
    while (this.entries.length > 0 || this.replays.length > 0 || !this.doubts.isEmpty) {
      try {
        await this.round();
      } catch (error) {
        if (!(error instanceof DatabaseUnavailable)) this.asker.log.error('Permissions could not be asked.', error);
        await pause(RETRY_MS);
      }
    }
    this.isWorking = false;
  }

  private async round(): Promise<void> {
    const wanted = new Wanted();
    const entries = this.next(wanted);
    const replays = [...this.replays];
    for (const { changes, stream } of replays) for (const change of changes) want(wanted, stream, change);
    const doubts = this.doubts.take();
    try {
      await this.ask(wanted, doubts);
    } catch (error) {
      // Nothing is known of what they mean: nothing is delivered as if they meant nothing.
      for (const stream of doubts.concern(this.streams.keys())) this.endNow(stream);
      throw error;
    }
    // What the answers may already rest on has been told by now, and is decided before anything is delivered by them.
    const meanwhile = this.doubts.take();
    try {
      if (!meanwhile.isEmpty) await this.asker.ask(this.table, meanwhile.wanted);
    } finally {
      for (const concerned of [doubts, meanwhile]) {
        for (const stream of concerned.concern(this.streams.keys())) this.endNow(stream);
      }
    }
    // They may have been given up meanwhile.
    const delivered = entries.filter((entry) => this.entries[0] === entry && this.entries.shift());
    for (const entry of delivered) this.deliver(entry);
    this.replays = this.replays.filter((replay) => !replays.includes(replay));
    for (const { done } of replays) done();
  }

  /** The changes that are asked about next: one at least. */
  private next(wanted: Wanted): readonly Entry<Stream>[] {
    const entries: Entry<Stream>[] = [];
    for (const entry of this.entries) {
      if (entries.length === CHANGES_AT_ONCE || wanted.size >= ANSWERS_AT_ONCE) break;
      for (const stream of entry.streams) want(wanted, stream, entry.change);
      entries.push(entry);
    }
    return entries;
  }

  private async ask(wanted: Wanted, doubts: Doubts): Promise<void> {
    if (!doubts.isEmpty) await this.asker.ask(this.table, doubts.wanted);
    for (let asks = 1; !wanted.isEmpty; asks += 1) {
      this.isDisturbed = false;
      await this.asker.ask(this.table, wanted);
      await this.asker.heardAll();
      if (!this.isDisturbed || this.asker.readsExactly) return;
      if (asks < MOST_ASKS) continue;
      return wanted.forget();
    }
  }

  private deliver({ change, position, streams }: Entry<Stream>): void {
    this.asker.waiting.remove(change.bytes);
    for (const stream of streams) {
      this.count(stream, -1);
      stream.offer(change, position);
    }
  }

  private wait(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.patience = undefined;
      const [first] = this.entries;
      if (!first) return;
      const left = first.since + this.asker.waiting.longestMs - performance.now();
      if (left > 0) this.patience = this.wait(left);
      else this.giveUp();
    }, ms).unref();
  }

  /** Too much waits, or for too long. */
  private giveUp(): void {
    const { entries } = this;
    this.entries = [];
    const streams = new Set<Stream>();
    for (const { change, streams: some } of entries) {
      this.asker.waiting.remove(change.bytes);
      for (const stream of some) {
        this.count(stream, -1);
        streams.add(stream);
      }
    }
    this.asker.waiting.gaveUp();
    for (const stream of streams) stream.resync('unknown_state');
  }
}

/** What a stream has to know of a change. */
function want(wanted: Wanted, stream: AskedStream, change: Change): void {
  if (stream.questions.length === 0) return;
  const rows: DatabaseRow[] = change.after ? [change.after] : [];
  if (change.action === 'DELETE') rows.push(change.last);
  else if (change.beforeKnown && change.before) rows.push(change.before);
  for (const row of rows) {
    for (const question of stream.openQuestions(row, change.action === 'DELETE')) wanted.add(question, row);
  }
}
