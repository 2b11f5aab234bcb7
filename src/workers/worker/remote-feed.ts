import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Change } from '../../surreal/changes/change.js';
import { DatabaseEvents } from '../../surreal/changes/database-events.js';
import { DatabaseState } from '../../surreal/connection/database-state.js';
import { FeedClock } from '../../surreal/feed/feed-clock.js';
import type { DatabaseView } from '../link/vocabularies.js';
import { readChanges, readMark, type WrittenMark, type WrittenPlace } from '../link/written-changes.js';
import { RemoteTables } from './remote-tables.js';
import { Supervisor } from './supervisor.js';

/** What happens in the database, as the supervisor reads it: it stands for what reads the changefeed in a process that is alone. */
@Injectable()
export class RemoteFeed implements OnModuleInit {
  readonly clock = new FeedClock();
  private view: DatabaseView | undefined;
  private stamp = 0n;
  private liveCursor = '';
  private settleBeginning: () => void = () => undefined;
  /** Settles when the changefeed is read for the first time. */
  readonly beginning = new Promise<void>((resolve) => (this.settleBeginning = resolve));

  constructor(
    private readonly supervisor: Supervisor,
    private readonly tables: RemoteTables,
    private readonly events: DatabaseEvents,
    private readonly state: DatabaseState,
  ) {}

  async onModuleInit(): Promise<void> {
    const { tables, events } = this;
    const { link, tasks } = this.supervisor;
    const inTurn = (work: () => void) => tasks.add(() => void work());
    link.handle({
      questions: {},
      notices: {
        view: (view) => inTurn(() => this.viewed(view)),
        tables: (definitions) => inTurn(() => tables.defined(definitions)),
        followed: (followed) => inTurn(() => tables.followedAs(followed)),
        settled: ([stamp, cursor]) => inTurn(() => this.settledAt(stamp, cursor)),
        began: ({ mark, log }) => inTurn(() => events.began(this.read(mark), log)),
        changes: (places, body) => tasks.add(() => this.changed(places, body), body.length),
        marked: (mark) => inTurn(() => events.marked(this.read(mark))),
        late: (place, body) => inTurn(() => this.changesOf([place], body).forEach((change) => events.late(change))),
        broken: ([table, reason]) => inTurn(() => events.broken(table, reason)),
        unreadable: ({ mark, log }) => inTurn(() => events.unreadable(this.read(mark), log)),
        replaced: () => inTurn(() => events.replaced()),
        removed: (table) => inTurn(() => this.removed(table)),
      },
    });
    await this.supervisor.ask('join', null);
  }

  get fullFeed(): boolean {
    return this.view?.full ?? false;
  }

  get databaseId(): string {
    return this.view?.id ?? '';
  }

  /** From where a snapshot has to read the feed. What the supervisor has settled since is read again, and nothing else of it. */
  get settled(): bigint {
    return this.stamp;
  }

  /** The cursor of the newest change told by live queries. */
  get cursor(): string {
    return this.liveCursor;
  }

  /** Settles when what is in the feed up to a stamp has been told here. */
  async readUpTo(stamp: bigint): Promise<void> {
    await this.supervisor.ask('readUpTo', String(stamp));
  }

  async caughtUp(): Promise<void> {
    await this.supervisor.ask('caughtUp', null);
  }

  async readAgain(): Promise<void> {
    await this.supervisor.ask('readAgain', null);
  }

  /** @throws DatabaseUnavailable */
  async reached(stamps: Iterable<bigint>): Promise<void> {
    await this.supervisor.ask('reached', Array.from(stamps, String));
  }

  private viewed(view: DatabaseView): void {
    this.view = view;
    if (view.status !== 'up') return view.status === 'down' ? this.state.down(view.reason ?? '') : undefined;
    this.state.up();
    this.settleBeginning();
  }

  private settledAt(stamp: string, cursor: string): void {
    this.stamp = BigInt(stamp);
    this.liveCursor = cursor;
  }

  /** Nothing is told by rights that a change before it has made others: those behind it wait. */
  private changed(places: readonly WrittenPlace[], body: Buffer): Promise<void> | undefined {
    const changes = this.changesOf(places, body);
    const delay = this.events.before(changes);
    if (!delay) return void this.events.changes(changes);
    if (delay.after > 0) this.events.changes(changes.slice(0, delay.after));
    return delay.until.then(() => this.events.changes(changes.slice(delay.after)));
  }

  private changesOf(places: readonly WrittenPlace[], body: Buffer): Change[] {
    const changes = readChanges(places, body);
    for (const { place, cursor } of changes) {
      if (place) this.clock.learn(place.stamp);
      else this.liveCursor = cursor;
    }
    return changes;
  }

  private removed(table: string): void {
    this.tables.removed(table);
    this.events.removed(table);
  }

  private read(written: WrittenMark) {
    const mark = readMark(written);
    if (mark.place.stamp > 0n) this.clock.learn(mark.place.stamp);
    return mark;
  }
}
