import type { Path } from '../values/path.js';
import type { Condition } from './condition.js';

/** A field that not every row shows. */
export interface FieldMask {
  readonly path: Path;
  /** The rows that show it. */
  readonly visible: Condition;
}

/** What one caller may see of one table. Made by policy and database, enforced by whoever delivers rows. */
export interface RowRights {
  /** Rows outside are never shown. Absent: every row. */
  readonly where?: Condition;
  /** Paths that may be selected and filtered on; `id` always may. Absent: all. */
  readonly fields?: readonly Path[];
  /** Fields that are left out of some rows, or of all. None of them may be filtered on. Absent: none. */
  readonly masks?: readonly FieldMask[];
  /** What is held for the caller to know them by, beside what they say. One object as long as it is the same. Absent: nothing. */
  readonly holds?: { readonly bytes: number };
}
