import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { CommandError } from '../errors/command-error.js';
import type { Change } from '../surreal/changes/change.js';
import { Database } from '../surreal/database.js';
import { parseCursor } from '../surreal/changes/feed-cursor.js';
import type { RowQuestion } from '../filter/row-question.js';
import type { Path } from '../values/path.js';
import { mayMatter } from './asked/doubts.js';
import { tablesOf } from './asked/readers.js';
import { ChangeLog } from './change-log.js';
import { parseEpoch } from './epoch.js';
import { LogBackfill } from './log-backfill.js';

/** What a subscriber who comes back has to be told first. */
export interface Resumption {
  /** `overlapping`: some of it may have been told before the cursor was given. */
  readonly kind: 'exact' | 'overlapping';
  /** Place in the change log from which on changes have to be looked at. */
  readonly position: number;
  readonly includes: (change: Change) => boolean;
}

export interface ResumeRequest {
  readonly topic: string;
  readonly since: string;
  readonly epoch: string | undefined;
  /** Of the stream's specification. */
  readonly key: string;
  /** Rights under which the stream is delivered now. */
  readonly rightsKey: string;
  /** What the stream's condition reads. */
  readonly paths: readonly Path[];
  /** What the database is asked before a record is shown. */
  readonly questions: readonly RowQuestion[];
}

const LIVE_CURSOR = /^[\w-]{8}~[\w-]{8}$/;

/** Finds out from where a stream can be told again, without a hole. */
@Injectable()
export class Resumptions {
  constructor(
    private readonly log: ChangeLog,
    private readonly backfill: LogBackfill,
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  /**
   * @param logEpoch of this instance's log.
   * @returns `undefined` when what was missed can't be told again.
   * @throws CommandError INVALID_CURSOR; DatabaseUnavailable
   */
  async find(request: ResumeRequest, logEpoch: string): Promise<Resumption | undefined> {
    const { topic, since, epoch, rightsKey } = request;
    const cursor = parseCursor(since);
    if (!cursor && !LIVE_CURSOR.test(since)) {
      throw new CommandError('INVALID_CURSOR', 'since is no cursor of this service.');
    }
    const given = epoch === undefined ? undefined : parseEpoch(epoch);
    // Under other rights other rows would have been told: what the cursor stands for isn't known.
    if ((given?.rightsKey ?? '') !== rightsKey) return undefined;
    const durable = this.database.followsDurably(topic);
    if (durable !== (cursor !== undefined)) return undefined;
    if (!cursor) return given?.log === logEpoch ? this.exact(request) : undefined;
    if (cursor.databaseId !== this.database.id) return undefined;
    const { stamp } = cursor.place;
    await this.database.readUpTo(stamp);
    return (given?.log === logEpoch ? this.exact(request) : undefined) ?? this.overlapping(request, stamp);
  }

  /** This log handed the cursor out: it knows exactly what followed. */
  private exact({ topic, key, since, questions }: ResumeRequest): Resumption | undefined {
    const position = this.log.behind(since);
    if (position === undefined || !this.log.unbroken(topic, key, { position })) return undefined;
    if (!this.restsOnTheSame(questions, { position }, position, () => true)) return undefined;
    return { kind: 'exact', position, includes: () => true };
  }

  /** One sweep window more than asked for: a change that became visible late may have been told by nobody. */
  private async overlapping(
    { topic, key, paths, since, questions }: ResumeRequest,
    stamp: bigint,
  ): Promise<Resumption | undefined> {
    const { history } = this.database;
    const from = history.before(stamp, this.config.surrealSweepWindowMs);
    if (from < this.log.coveredFrom && this.log.behind(since) === undefined) {
      if (!(await history.holds(stamp))) return undefined;
    }
    if (!(await this.backfill.cover(from))) return undefined;
    // A change that the log lacks though it covers the time is in no feed of this database.
    if (this.log.behind(since) === undefined || !this.log.unbroken(topic, key, { stamp })) return undefined;
    const isBehind = ({ place }: Change) => place === undefined || place.stamp >= from;
    if (!this.restsOnTheSame(questions, { stamp }, this.log.tail, isBehind)) return undefined;
    const isStale = this.staleness(topic, paths, stamp);
    const includes = (change: Change) => change.place !== undefined && change.place.stamp >= from && !isStale(change);
    return { kind: 'overlapping', position: this.log.tail, includes };
  }

  /** Whether nothing that the database's answers rest on has changed: what was shown before may not be the subscriber's to see now. */
  private restsOnTheSame(
    questions: readonly RowQuestion[],
    place: { readonly position: number } | { readonly stamp: bigint },
    from: number,
    isBehind: (change: Change) => boolean,
  ): boolean {
    for (const table of tablesOf(questions)) {
      if (!this.database.tells(table) || !this.log.unbroken(table, '', place)) return false;
      for (const change of this.log.changes(table, from)) {
        if (isBehind(change) && mayMatter(change, questions)) return false;
      }
    }
    return true;
  }

  /**
   * A deletion of which it isn't known whether it concerned the stream may be told to who was told nothing of it, when it
   * came. Behind a newer change of the record, which that one was told, it would say that the record is gone.
   */
  private staleness(topic: string, paths: readonly Path[], cursor: bigint): (change: Change) => boolean {
    let newest: Map<string, bigint> | undefined;
    return (change) => {
      const { action, place, key } = change;
      if (action !== 'DELETE' || !place || place.stamp >= cursor || change.knowsBefore(paths)) return false;
      newest ??= this.newestUpTo(topic, cursor);
      return (newest.get(key) ?? place.stamp) > place.stamp;
    };
  }

  /** By record, the stamp of its newest change that isn't newer than the cursor. */
  private newestUpTo(topic: string, cursor: bigint): Map<string, bigint> {
    const newest = new Map<string, bigint>();
    for (const { key, place } of this.log.changes(topic, this.log.tail)) {
      if (place && place.stamp <= cursor && place.stamp > (newest.get(key) ?? -1n)) newest.set(key, place.stamp);
    }
    return newest;
  }
}
