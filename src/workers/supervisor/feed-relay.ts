import { randomBytes } from 'node:crypto';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { ResyncReason } from '@edge-hive/protocol';
import type { Change, FeedMark } from '../../surreal/changes/change.js';
import type { DatabaseListener, Delay } from '../../surreal/changes/database-listener.js';
import { Database } from '../../surreal/database.js';
import { ChangeFeed } from '../../surreal/feed/change-feed.js';
import { FeedReader } from '../../surreal/feed/feed-reader.js';
import { encodeNotice } from '../link/link.js';
import type { SupervisorNotices, SupervisorSays, WorkerLink } from '../link/vocabularies.js';
import { writeChanges, writeMark, type WrittenMark } from '../link/written-changes.js';
import { DatabaseViews } from './database-views.js';
import { Links } from './links.js';
import { SharedTables } from './shared-tables.js';

/** Changes that are encoded and sent at a time. */
const AT_ONCE = 64;
/** How often it is looked what there is to tell that nothing tells, in ms. */
const LOOK_MS = 100;

/** Tells all workers what happens in the database, in one order. */
@Injectable()
export class FeedRelay implements DatabaseListener, OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(FeedRelay.name);
  private readonly joined = new Set<WorkerLink>();
  private timer: NodeJS.Timeout | undefined;
  /** Names what is told since the log began: the same for all workers, so that each knows the others' cursors. */
  private log = '';
  /** The cursor of what was told last. */
  private newest: string | undefined;

  constructor(
    private readonly database: Database,
    private readonly reader: FeedReader,
    private readonly feed: ChangeFeed,
    private readonly views: DatabaseViews,
    private readonly tables: SharedTables,
    private readonly links: Links,
  ) {
    database.listen(this);
  }

  onModuleInit(): void {
    this.timer = setInterval(() => this.tellNews(), LOOK_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  add(link: WorkerLink): void {
    const { database } = this;
    void link.end.then(() => this.joined.delete(link));
    this.tables.add(link, () => this.tellNews());
    link.handle({
      notices: {},
      questions: {
        join: () => this.join(link),
        readUpTo: async (stamp) => this.answered(database.readUpTo(BigInt(stamp))),
        caughtUp: async () => this.answered(this.feed.caughtUp()),
        readAgain: async () => this.answered(this.feed.readAgain()),
        reached: async (stamps) => this.answered(database.reached(stamps.map(BigInt))),
      },
    });
  }

  began(mark: FeedMark): void {
    this.beginLog(mark.cursor);
    this.tell('began', { mark: writeMark(mark), log: this.log });
  }

  /** What workers haven't taken yet is bounded: the feed isn't read further before they have. */
  before(): Delay | undefined {
    const { caughtUp } = this.links;
    return caughtUp && { after: 0, until: caughtUp };
  }

  changes(changes: readonly Change[]): void {
    for (let start = 0; start < changes.length; start += AT_ONCE)
      this.tellChanges(changes.slice(start, start + AT_ONCE));
  }

  marked(mark: FeedMark): void {
    this.newest = mark.cursor;
    this.tell('marked', writeMark(mark));
  }

  late(change: Change): void {
    const written = this.written([change]);
    const [place] = written?.places ?? [];
    if (written && place) this.tell('late', place, written.body);
    else this.broken(change.table, 'late');
  }

  broken(table: string, reason: ResyncReason): void {
    this.tellNews();
    this.tell('broken', [table, reason]);
  }

  unreadable(mark: FeedMark): void {
    this.beginLog(mark.cursor);
    this.tell('unreadable', { mark: writeMark(mark), log: this.log });
  }

  replaced(): void {
    this.tellNews();
    this.tell('replaced', null);
  }

  removed(table: string): void {
    this.tables.removed(table);
    this.tellNews();
    this.tell('removed', table);
  }

  private join(link: WorkerLink): null {
    for (const frame of this.views.all()) link.send(frame);
    if (this.newest !== undefined) link.send(encode('began', { mark: this.here(this.newest), log: this.log }));
    // Behind what began: it says that the database is there.
    link.send(this.views.stateNow());
    this.joined.add(link);
    return null;
  }

  /** Behind what was told last; all that is newer than what is known of the feed will be told. */
  private here(cursor: string): WrittenMark {
    return writeMark({ table: undefined, place: { stamp: this.reader.head, index: 0 }, cursor });
  }

  private beginLog(cursor: string): void {
    this.log = randomBytes(9).toString('base64url');
    this.newest = cursor;
    this.tellNews();
  }

  private tellChanges(changes: readonly Change[]): void {
    const written = this.written(changes);
    if (written) {
      this.newest = changes.at(-1)?.cursor;
      this.tell('changes', written.places, written.body);
    } else if (changes.length > 1) {
      for (const change of changes) this.tellChanges([change]);
    } else {
      for (const { table } of changes) this.broken(table, 'unknown_state');
    }
  }

  /** `undefined` where one has a value that can't be handed on. */
  private written(changes: readonly Change[]) {
    try {
      return writeChanges(changes);
    } catch (error) {
      this.logger.error(`A change can't be handed to the workers: ${String(error)}`);
      return undefined;
    }
  }

  private async answered(done: Promise<void>): Promise<null> {
    await done;
    this.tellNews();
    return null;
  }

  /** What has become different since it was told last. */
  private tellNews(): void {
    for (const frame of this.views.news()) this.sendToAll(frame);
  }

  private tell<Kind extends keyof SupervisorNotices>(
    kind: Kind,
    value: SupervisorNotices[Kind],
    body?: Uint8Array,
  ): void {
    this.sendToAll(encode(kind, value, body));
  }

  private sendToAll(frame: Buffer): void {
    for (const link of this.joined) link.send(frame);
  }
}

function encode<Kind extends keyof SupervisorNotices>(kind: Kind, value: SupervisorNotices[Kind], body?: Uint8Array) {
  return encodeNotice<SupervisorSays, Kind>(kind, value, body);
}
