import type { PresenceMember as Member, PresenceState } from '@edge-hive/protocol';

/** Somebody who is on a channel: a key of a principal. `id` (the principal) and `key` together name it. */
export type PresenceMember<State extends object = PresenceState> = Omit<Member, 'state'> & { state: State };

/** How many are on a channel. */
export interface PresenceCount {
  /** Members: clients that are present. */
  count: number;
  /** Principals among them. */
  principals: number;
}

export interface PresenceEvents<State extends object = PresenceState> {
  /**
   * All who are there: at first, after each reconnect, and whenever one of them comes, changes or leaves, behind the events that say so.
   */
  sync: readonly PresenceMember<State>[];
  /** Somebody came since the first `sync`. */
  join: PresenceMember<State>;
  /** Somebody is in another state. */
  update: PresenceMember<State>;
  /** Somebody left, who was so. */
  leave: PresenceMember<State>;
  /** There are more or fewer than before. With no other listeners the server sends nothing but these figures. */
  count: PresenceCount;
}
