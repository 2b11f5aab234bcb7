import type { ResyncReason } from '@edge-hive/protocol';
import { conditionPaths } from '../filter/condition-paths.js';
import { FilterIndex } from '../filter/filter-index.js';
import type { MetricsService } from '../metrics/metrics.service.js';
import type { Change } from '../surreal/changes/change.js';
import { pathText } from '../values/path.js';
import type { AskedChanges } from './asked/asked-changes.js';
import type { ChangeLog } from './change-log.js';
import { EventEncoder } from './event-encoder.js';
import { Restrictions } from './restrictions.js';
import type { RowHold, RowIndex } from './row-index.js';
import { Stream } from './stream.js';
import { specBytes, type StreamSpec } from './stream-spec.js';

/** A table that somebody is subscribed to, with its streams. */
export class Topic {
  private readonly streams = new Map<string, Stream>();
  private readonly unfiltered = new Set<Stream>();
  private readonly filtered = new Set<Stream>();
  private readonly index = new FilterIndex<Stream>();
  private readonly restrictions = new Restrictions();
  /** The filtered ones by what they read of a record. */
  private readonly byPaths = new Map<string, Set<Stream>>();
  private readonly encoder: EventEncoder;
  /** Commands that are about to subscribe. */
  waiting = 0;
  /** Settles when changes come. Set by whoever opens the topic. */
  opened: Promise<void> = Promise.resolve();

  constructor(
    readonly name: string,
    private readonly metrics: MetricsService,
    private readonly log: ChangeLog,
    private readonly asked: AskedChanges<Stream>,
    /** Absent where the database tells what a deleted record was. */
    private readonly rows?: RowIndex,
  ) {
    this.encoder = new EventEncoder(name);
  }

  get idle(): boolean {
    return this.waiting === 0 && this.streams.size === 0;
  }

  /** The stream of a specification; `nameIt` is asked when there is none yet. */
  stream(spec: StreamSpec, nameIt: () => string): Stream {
    const known = this.streams.get(spec.key);
    if (known) return known;
    const disownCursors = () => this.log.markBreakOf(this.name, spec.key);
    const { tests, policy } = this.restrictions.hold(spec);
    const asked = spec.questions.length > 0 ? this.asked : undefined;
    const stream = new Stream(this.name, nameIt(), spec, this.encoder, this.metrics, disownCursors, tests, asked);
    asked?.add(stream);
    this.streams.set(spec.key, stream);
    if (spec.filtered) {
      this.filtered.add(stream);
      this.index.add(spec.condition, stream);
      const paths = pathsKey(spec);
      const alike = this.byPaths.get(paths);
      if (alike) alike.add(stream);
      else this.byPaths.set(paths, new Set([stream]));
    } else {
      this.unfiltered.add(stream);
    }
    stream.weight = {
      bytes: specBytes(spec) + this.index.bytesOf(stream),
      scans: this.index.scansOf(stream, spec.filter),
      ...(policy && { policy }),
      ...(spec.chosen && { reach: { topic: this.name, rows: this.index.reachOf(stream) } }),
    };
    this.metrics.streams.inc();
    return stream;
  }

  /** Has that kept by which deletions can be judged for a stream, where the database doesn't tell it. */
  keepRows({ filter, rightsPaths }: StreamSpec, client: string): RowHold | undefined {
    return this.rows?.hold(rightsPaths, conditionPaths(filter), client);
  }

  /** Forgets a stream that nobody is subscribed to any more. */
  release(stream: Stream): void {
    if (stream.subscribers.size > 0 || !this.streams.delete(stream.spec.key)) return;
    this.restrictions.release(stream.spec);
    if (stream.questions.length > 0) this.asked.remove(stream);
    this.unfiltered.delete(stream);
    if (this.filtered.delete(stream)) this.unindex(stream);
    this.metrics.streams.dec();
  }

  /** Learns of a change before any stream is told. */
  follow(change: Change): void {
    this.rows?.apply(change);
  }

  deliver(change: Change): void {
    const waiting: Stream[] = [];
    for (const stream of this.unfiltered) this.offer(stream, change, waiting);
    if (this.filtered.size > 0) for (const stream of this.concerned(change)) this.offer(stream, change, waiting);
    if (waiting.length > 0) this.asked.push(change, this.log.head, waiting);
  }

  private offer(stream: Stream, change: Change, waiting: Stream[]): void {
    if (stream.questions.length === 0) stream.offer(change);
    else if (stream.hasLive) waiting.push(stream);
  }

  /** A change that can't be told any more. */
  late(change: Change): void {
    for (const stream of this.streams.values()) if (stream.concerns(change)) stream.resync('late');
  }

  broken(reason: ResyncReason): void {
    this.rows?.refill();
    for (const stream of this.streams.values()) stream.resync(reason);
  }

  close(): void {
    this.rows?.clear();
  }

  [Symbol.iterator](): IterableIterator<Stream> {
    return this.streams.values();
  }

  private unindex(stream: Stream): void {
    this.index.remove(stream);
    const paths = pathsKey(stream.spec);
    const alike = this.byPaths.get(paths);
    alike?.delete(stream);
    if (alike?.size === 0) this.byPaths.delete(paths);
  }

  /** The filtered streams that a change may mean something to. */
  private concerned(change: Change): Iterable<Stream> {
    const { after } = change;
    if (after && change.action === 'CREATE') return this.index.candidates(after);
    if (!change.beforeKnown) return this.filtered;
    const streams = new Set<Stream>();
    if (after) for (const stream of this.index.candidates(after)) streams.add(stream);
    if (change.before) for (const stream of this.index.candidates(change.before)) streams.add(stream);
    if (!change.hasImage) for (const stream of this.undecided(change)) streams.add(stream);
    return streams;
  }

  /** The filtered streams that read more of a deleted record than is known. */
  private *undecided(change: Change): Generator<Stream> {
    for (const streams of this.byPaths.values()) {
      const [first] = streams;
      if (first && !change.knowsBefore(first.spec.paths)) yield* streams;
    }
  }
}

function pathsKey({ paths }: StreamSpec): string {
  return paths.map(pathText).sort().join('\n');
}
