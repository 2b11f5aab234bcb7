import type { RowRights } from '../filter/row-rights.js';

/** What a caller may read of a table. It is asked for once a subscription, and handed on with it. */
export interface TopicGrant {
  readonly rights: RowRights;
  /** The rights in the turn in which it is called: they can change by themselves. @throws CommandError FORBIDDEN, UNAVAILABLE */
  readonly now: () => RowRights;
  /** Whether the table may be defined, where there is none. */
  readonly mayDefine: boolean;
}
