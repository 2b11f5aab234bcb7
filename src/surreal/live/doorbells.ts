import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { DatabaseProcess } from '../connection/database-process.js';
import { sessionTo } from '../connection/session-to.js';
import { LiveQueries } from './live-queries.js';
import { QuietTables } from './quiet-tables.js';

/** A server that closes a subscriber for which too many notifications wait says this. */
const TRY_AGAIN_LATER = 1013;

/** When a table's doorbell may be armed: whenever it is listened to, only while the table is quiet, or never. */
export type Bells = 'always' | 'quiet' | 'never';

export interface DoorbellListener {
  /** Somebody wrote to the table. */
  rang(table: string): void;
  /** The connection broke, or is there again; `overflowed`: it broke because too many rings waited in the server. */
  interrupted(overflowed: boolean): void;
}

/** Live queries that only say that somebody wrote to a table. */
@Injectable()
export class Doorbells extends LiveQueries {
  readonly bells: Bells;
  private ears: DoorbellListener | undefined;

  constructor(process: DatabaseProcess, config: Config, quiet: QuietTables) {
    const bells = bellsFor(config.surrealDoorbells, process);
    const isQuiet = (table: string) => quiet.isQuiet(table, performance.now());
    super(
      {
        ...sessionTo(process, config),
        name: 'doorbells',
        projection: 'id',
        mayListen: (table) => bells === 'always' || isQuiet(table),
        mayKill: (table) => process.embedded || isQuiet(table),
      },
      {
        message: (table) => this.ears?.rang(table),
        interrupted: ({ closeCode }) => this.ears?.interrupted(closeCode === TRY_AGAIN_LATER),
        restored: () => this.ears?.interrupted(false),
      },
    );
    this.bells = bells;
  }

  /** From now on this one is told. To be called before `start()`. */
  listen(listener: DoorbellListener): void {
    this.ears = listener;
  }
}

/** On a server a live query that is made or killed makes others' transactions fail; on the embedded engine it does not. */
function bellsFor(setting: Config['surrealDoorbells'], process: DatabaseProcess): Bells {
  if (setting === 'off' || process.keepsLiveQueries) return 'never';
  return setting === 'on' || process.embedded ? 'always' : 'quiet';
}
