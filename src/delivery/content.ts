import type { Action, EventFrame, MessageFrame, ServerFrame, SnapshotFrame } from '@edge-hive/protocol';
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

/** What the protocol has a frame for that is small, and rarely sent to many. */
export type OtherContent = Exclude<ServerFrame, EventFrame | MessageFrame | SnapshotFrame>;

/** What is delivered, whichever way it is written. */
export type Content = EventContent | MessageContent | SnapshotContent | OtherContent;
