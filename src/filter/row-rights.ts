import type { Path } from '../values/path.js';
import type { Condition } from './condition.js';

/** What one caller may see of one table. Made by the policy, enforced by whoever delivers rows. */
export interface RowRights {
  /** Rows outside are never shown. Absent: every row. */
  readonly where?: Condition;
  /** Paths that may be selected and filtered on; `id` always may. Absent: all. */
  readonly fields?: readonly Path[];
}
