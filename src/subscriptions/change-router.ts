import { randomBytes } from 'node:crypto';
import type { ResyncReason } from '@edge-hive/protocol';
import { Injectable, Logger } from '@nestjs/common';
import { RightsService } from '../rights/rights.service.js';
import { CommandError } from '../errors/command-error.js';
import type { Change, FeedMark } from '../surreal/changes/change.js';
import type { DatabaseListener, Delay } from '../surreal/changes/database-listener.js';
import { Database } from '../surreal/database.js';
import { ChangeLog } from './change-log.js';
import { RowAsker } from './asked/row-asker.js';
import { endStream } from './end-stream.js';
import type { Topic } from './topic.js';
import { Topics } from './topics.js';

/** Takes what the database tells to the change log and to the topics. */
@Injectable()
export class ChangeRouter implements DatabaseListener {
  private readonly logger = new Logger(ChangeRouter.name);
  private epoch = newEpoch();

  constructor(
    private readonly topics: Topics,
    private readonly log: ChangeLog,
    private readonly rights: RightsService,
    private readonly asker: RowAsker,
    database: Database,
  ) {
    database.listen(this);
  }

  /** Names the log: another after the database was replaced. */
  get logEpoch(): string {
    return this.epoch;
  }

  began(mark: FeedMark, log = newEpoch()): void {
    this.rights.doubt();
    this.asker.doubt();
    this.log.begin(mark);
    this.epoch = log;
  }

  /** Nothing is delivered by rights that a change before it has made others. */
  before(changes: readonly Change[]): Delay | undefined {
    return this.rights.before(changes);
  }

  changes(changes: readonly Change[]): void {
    for (const change of changes) {
      const topic = this.topics.get(change.table);
      this.asker.changed(change);
      try {
        topic?.follow(change);
        this.log.append(change);
        topic?.deliver(change);
      } catch (error) {
        // The changes behind it have to be told in any case: they are read once.
        this.logger.error(`${change.action} of ${change.key} can't be delivered: ${String(error)}`);
        topic?.broken('unknown_state');
      }
    }
  }

  marked(mark: FeedMark): void {
    this.log.append(mark);
  }

  late(change: Change): void {
    this.rights.before([change]);
    this.asker.changed(change);
    this.log.markBreak(change.table);
    this.topics.get(change.table)?.late(change);
  }

  broken(table: string, reason: ResyncReason): void {
    this.asker.doubt(table);
    this.log.markBreak(table);
    this.topics.get(table)?.broken(reason);
  }

  /** The log begins anew behind it: nobody can be told what came before as if nothing were missing. */
  unreadable(mark: FeedMark, log?: string): void {
    this.began(mark, log);
    for (const topic of this.topics) topic.broken('unreadable');
  }

  replaced(): void {
    for (const topic of this.topics) topic.broken('feed_changed');
  }

  /** Somebody changed a table in a way that the database doesn't tell, such as an import. */
  resync(table: string): void {
    this.broken(table, 'requested');
  }

  removed(table: string): void {
    this.asker.doubt(table);
    this.log.markBreak(table);
    const topic = this.topics.get(table);
    if (!topic) return;
    this.topics.forget(topic);
    endAll(topic, new CommandError('UNKNOWN_TOPIC', 'The table was removed, or is a view now.'));
  }
}

function endAll(topic: Topic, reason: CommandError): void {
  for (const stream of [...topic]) endStream(stream, reason);
}

function newEpoch(): string {
  return randomBytes(9).toString('base64url');
}
