import type { Action, EventFrame, MessageFrame, PresenceFrame, ServerFrame, SnapshotFrame } from '@edge-hive/protocol';
import type { Rows } from './rows.js';

/** A name that goes into many deliveries, with its JSON text made once. */
export class Name {
  readonly json: string;

  constructor(readonly text: string) {
    this.json = JSON.stringify(text);
  }
}

/** A change of a record. */
export interface EventContent {
  readonly type: 'event';
  readonly topic: Name;
  /** Free of characters that JSON escapes, like every stream's name. */
  readonly stream: string;
  readonly action: Action;
  /** The record, as JSON text. */
  readonly data: string;
  readonly cursor: string;
  /** ISO 8601. */
  readonly time: string;
  readonly transition?: EventFrame['transition'] | undefined;
  readonly known?: EventFrame['known'] | undefined;
}

/** A message of a channel. */
export interface MessageContent {
  readonly type: 'message';
  readonly channel: Name;
  readonly stream: string;
  readonly event: string;
  /** JSON text. */
  readonly data: string;
  readonly from?: string | undefined;
  readonly cursor: string;
  readonly time: string;
}

/** Some rows of a snapshot. */
export interface SnapshotContent {
  readonly type: 'snapshot';
  readonly stream: string;
  readonly rows: Rows;
  readonly last: boolean;
}

interface PresenceContentBase {
  readonly type: 'presence';
  readonly channel: Name;
  readonly stream: string;
}

/** Some of those who are on a channel. */
export interface PresenceMembersContent extends PresenceContentBase {
  readonly rows: Rows;
  readonly last: boolean;
}

/** Who came, changed and went. */
export interface PresenceChangesContent extends PresenceContentBase {
  /** JSON texts, with commas between. */
  readonly changes: string;
}

/** How many there are. */
export interface PresenceCountContent extends PresenceContentBase {
  readonly count: number;
  readonly principals: number;
}

export type PresenceContent = PresenceMembersContent | PresenceChangesContent | PresenceCountContent;

/** What the protocol has a frame for that is small, and rarely sent to many. */
export type OtherContent = Exclude<ServerFrame, EventFrame | MessageFrame | PresenceFrame | SnapshotFrame>;

/** What is delivered, whichever way it is written. */
export type Content = EventContent | MessageContent | PresenceContent | SnapshotContent | OtherContent;
