import { Injectable } from '@nestjs/common';
import { ServerError } from 'surrealdb';
import { Config } from '../config/config.js';
import type { Account } from '../delivery/account.js';
import type { Delivery } from '../delivery/delivery.js';
import type { Shared } from '../delivery/shared.js';
import { Slots } from '../delivery/slots.js';
import { CommandError } from '../errors/command-error.js';
import { Unanswered } from '../filter/row-question.js';
import type { Change } from '../surreal/changes/change.js';
import type { Query } from '../surreal/connection/sdk-session.js';
import { Database } from '../surreal/database.js';
import type { DatabaseRow } from '../values/path.js';
import { RowAsker } from './asked/row-asker.js';
import { Wanted } from '../rights/asking/wanted.js';
import { ChangeLog } from './change-log.js';
import { Flight } from './flight.js';
import { Gathering, type SnapshotLimits } from './gathering.js';
import { missesRow } from './missed-row.js';
import { snapshotQuery, type SnapshotSpec } from './snapshot-query.js';
import type { Stream } from './stream.js';

/** How many times a snapshot is read until no row is missing, where the database can miss one. */
const MOST_READS = 5;
/** Snapshots that are read at a time: of each, a page of rows is in memory, decoded. */
const READ_AT_ONCE = 8;

/** Rows ready to be sent, and how the changes behind them are found. */
export interface Snapshot {
  readonly chunks: readonly Delivery[];
  /** What the chunks take in memory. Whoever keeps them holds it. */
  readonly held: Shared;
  /** Place in the change log from which on changes have to be looked at. */
  readonly position: number;
  /** Whether a change is in the rows already. */
  readonly contains: (change: Change) => boolean;
}

/** Reads snapshots; those of one stream that are asked for at the same time are read once. */
@Injectable()
export class Snapshots {
  private readonly flights = new Map<string, Flight<Snapshot>>();
  private readonly limits: SnapshotLimits;
  private readonly reads = new Slots<this>(READ_AT_ONCE);

  constructor(
    private readonly database: Database,
    private readonly log: ChangeLog,
    private readonly asker: RowAsker,
    { limitSnapshotRows, limitSnapshotBytes }: Config,
  ) {
    this.limits = { rows: limitSnapshotRows, bytes: limitSnapshotBytes };
  }

  /**
   * @param notBefore place in the change log before which the snapshot must not have begun.
   * @param account what is read is booked where this one's is.
   * @param origin whoever asks: each has its turn.
   * @throws DatabaseUnavailable; CommandError LIMIT_EXCEEDED
   */
  take(stream: Stream, spec: SnapshotSpec, notBefore: number, account: Account, origin: string): Promise<Snapshot> {
    const key = `${stream.name}\n${spec.key}`;
    const flying = this.flights.get(key);
    const flight = flying && flying.position >= notBefore ? flying : this.open(key, stream, spec, account);
    // It is read in the turn of whoever of those who want it comes first.
    if (flight.waitsFor(origin)) void this.reads.run(this, () => flight.begin(), origin);
    return flight.result;
  }

  private open(key: string, stream: Stream, spec: SnapshotSpec, account: Account): Flight<Snapshot> {
    const position = this.log.head;
    const held = account.begin();
    const flight = new Flight(position, () =>
      this.read(stream, spec, position, held).catch((error: unknown) => {
        throw stream.questions.length > 0 && failsForARow(error) ? notDecided() : error;
      }),
    );
    this.flights.set(key, flight);
    const land = () => {
      if (this.flights.get(key) === flight) this.flights.delete(key);
      held.letGo();
    };
    flight.result.then(land, land);
    return flight;
  }

  private async read(stream: Stream, spec: SnapshotSpec, position: number, held: Shared): Promise<Snapshot> {
    const { database, limits } = this;
    const hidden = await database.hiddenFields(stream.topic);
    const keepsIds = !database.transactsExactly;
    const grew = (bytes: number) => held.grow(bytes);
    const query = snapshotQuery(stream.topic, stream.spec, spec, {
      skipPaths: hidden.map((name) => [name]),
      ordersBeforeLimit: database.transactsExactly,
    });
    for (let reads = 1; ; reads += 1) {
      const gathering = new Gathering(stream, limits, { limit: spec.limit, hidden, keepsIds, grew });
      held.drop = () => gathering.clear();
      const { contains, stamps } = await database.snapshots.readPages(query, gathering.first, async (page, ask) => {
        const rows = gathering.shape(page);
        await this.askAbout(stream, rows, ask);
        return gathering.take(rows);
      });
      const chunks = gathering.finish();
      // Behind this all that the rows contain is in the log, so that nothing of it is told again later.
      await database.reached(stamps);
      if (reads === MOST_READS || !(await this.missesRow(stream, position, gathering, contains))) {
        held.check();
        return { chunks, held, position, contains };
      }
      held.shrink();
    }
  }

  /** What misses a row because of a concurrent write is known once that write has been told. */
  private async missesRow(
    stream: Stream,
    position: number,
    { full, shown, matches }: Gathering,
    contains: (change: Change) => boolean,
  ): Promise<boolean> {
    const { topic } = stream;
    if (this.database.transactsExactly || full) return false;
    await this.database.caughtUp(topic);
    if (!this.log.reaches(position)) return false;
    const following = [...this.log.changes(topic, position)];
    await stream.prepare(following);
    return missesRow(shown, following, contains, matches);
  }

  private async askAbout(stream: Stream, rows: readonly DatabaseRow[], ask: Query): Promise<void> {
    const wanted = new Wanted();
    for (const row of rows) for (const question of stream.openQuestions(row, false)) wanted.add(question, row);
    if (!wanted.isEmpty) await this.asker.askIn(ask, stream.topic, wanted);
  }
}

/** A permission that fails for a row fails in whatever the principal selects itself. */
function failsForARow(error: unknown): boolean {
  return error instanceof Unanswered || (error instanceof ServerError && error.kind !== 'NotFound');
}

function notDecided(): CommandError {
  const reason = 'a permission fails for it, or it holds a value that the database can not be asked about';
  return new CommandError('FORBIDDEN', `Of a row it can not be known whether it may be shown: ${reason}.`);
}
