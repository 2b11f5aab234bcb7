import type { Filter } from './filter.js';

/** What happened to a record in the database. */
export type Action = 'CREATE' | 'UPDATE' | 'DELETE';

/** One sort key of a snapshot. */
export interface SnapshotOrder {
  field: string;
  desc?: boolean;
}

/** `true`: every row that matches. Otherwise the first `limit` rows in the given order. */
export type SnapshotRequest = boolean | { limit?: number; orderBy?: SnapshotOrder[] };

interface Command {
  /** Echoed in the reply or error; up to 64 characters. */
  id?: string;
}

interface SubscribeTarget {
  /** A table. */
  topic?: string;
  channel?: string;
}

export interface SubscribeFrame extends Command, SubscribeTarget {
  type: 'subscribe';
  filter?: Filter;
  fields?: string[];
  events?: Action[];
  snapshot?: SnapshotRequest;
  since?: string;
  epoch?: string;
  /** Of a channel: `true` delivers who is there too, `"count"` only how many. */
  presence?: boolean | 'count';
}

export interface UnsubscribeFrame extends Command, SubscribeTarget {
  type: 'unsubscribe';
  stream?: string;
}

export interface PublishFrame extends Command {
  type: 'publish';
  channel: string;
  event: string;
  data?: unknown;
  /** Idempotency key: a second publish with it, by the same principal on the same channel, is not delivered again. */
  key?: string;
  /** `false`: this connection does not get its own message. */
  echo?: boolean;
}

/** Up to 4 KiB of JSON, unless it is configured otherwise. */
export type PresenceState = Record<string, unknown>;

export interface PresenceCommandFrame extends Command {
  type: 'presence';
  channel: string;
  /** What others see of it; `null` leaves. */
  state: PresenceState | null;
  /** Tells several presences of one principal apart; up to 64 characters, by default the connection's id. */
  key?: string;
}

export interface AuthFrame extends Command {
  type: 'auth';
  token: string;
}

export interface PingFrame extends Command {
  type: 'ping';
}

export type ClientFrame =
  SubscribeFrame | UnsubscribeFrame | PublishFrame | PresenceCommandFrame | AuthFrame | PingFrame;
