import type { RowQuestion } from '../../filter/row-question.js';
import type { Change } from '../../surreal/changes/change.js';
import type { DatabaseRow } from '../../values/path.js';

/** A stream whose changes wait for answers of the database. */
export interface AskedStream {
  readonly questions: readonly RowQuestion[];
  /** What isn't known yet of a row, and has to be known. @param gone whether the row is what a deleted record was */
  openQuestions(row: DatabaseRow, gone: boolean): readonly RowQuestion[];
  /** @param position the place in the change log behind the change */
  offer(change: Change, position: number): void;
  resync(reason: 'unknown_state'): void;
}
