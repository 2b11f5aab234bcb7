import type { Action, PresenceState } from './client-frames.js';
import type { ErrorCode, ResyncReason } from './codes.js';

/** A row or part of one: record ids, datetimes, durations, decimals and uuids are text, bytes base64, geometries GeoJSON. */
export type Row = { id: string } & Record<string, unknown>;

export interface PrincipalInfo {
  id: string;
  /** Unix time in seconds. */
  expires?: number;
}

/** What the server accepts; every figure is configurable. */
export interface Limits {
  frameBytes: number;
  subscriptions: number;
  filterConditions: number;
  filterDepth: number;
  /** Conditions, branches and elements of values in one filter, together. */
  filterElements: number;
  /** Of memory, for the filters of one connection. */
  filterBytes: number;
  /** Comparisons that the filters of one connection may cost whatever the change is. */
  filterScans: number;
  commandsPerSecond: number;
  commandsBurst: number;
  snapshotRows: number;
  /** Milliseconds of events whose cursors a client has to remember to drop repeats. */
  replayWindow: number;
  /** Presences of one connection. */
  presences?: number;
  /** Bytes of the JSON text of one presence's state. */
  presenceStateBytes?: number;
  /** Presences on one channel. */
  presenceMembers?: number;
}

export interface WelcomeFrame {
  type: 'welcome';
  protocol: 1;
  connection: string;
  principal: PrincipalInfo;
  /** The server's, ISO 8601: what `expires` is to be compared with. Servers of earlier versions don't send it. */
  time?: string;
  /** Both in milliseconds. */
  heartbeat: { interval: number; timeout: number };
  /** Milliseconds for which a presence outlasts its connection. Servers of earlier versions have no presence. */
  presence?: { grace: number };
  limits: Limits;
}

export interface AuthenticatedFrame {
  type: 'authenticated';
  id?: string;
  principal: PrincipalInfo;
}

interface StreamTarget {
  topic?: string;
  channel?: string;
}

export interface SubscribedFrame extends StreamTarget {
  type: 'subscribed';
  id?: string;
  stream: string;
  cursor: string;
  epoch: string;
  durable: boolean;
  /** Only `false`: the database is known not to report every write to the topic. */
  complete?: false;
  /** Only with `since`. */
  recovered?: boolean;
}

export interface SnapshotFrame {
  type: 'snapshot';
  stream: string;
  data: Row[];
  last: boolean;
}

export interface EventFrame {
  type: 'event';
  topic: string;
  stream: string;
  action: Action;
  data: Row;
  cursor: string;
  /** When it was committed, ISO 8601. */
  time: string;
  /** Of an UPDATE on a filtered subscription: the record came in, or went out (then `data` is only the id). */
  transition?: 'enter' | 'leave';
  /** Of a DELETE: of the record nothing but its id is known. Absent: `data` is all of it, within `fields`. */
  known?: 'id';
}

export interface MessageFrame {
  type: 'message';
  channel: string;
  stream: string;
  event: string;
  data: unknown;
  /** Id of the principal who published. */
  from?: string;
  cursor: string;
  time: string;
}

/** Somebody who is on a channel: a key of a principal. The pair of both names it. */
export interface PresenceMember {
  key: string;
  /** Id of the principal. */
  id: string;
  state: PresenceState;
  /** When it came, ISO 8601. */
  since: string;
}

/** What became of a member since the frame before. */
export type PresenceChange =
  | ({ action: 'join' | 'update' } & PresenceMember)
  /** `since` is when it had come. */
  | ({ action: 'leave' } & Omit<PresenceMember, 'state'>);

interface PresenceFrameBase {
  type: 'presence';
  channel: string;
  stream: string;
}

/** All who are there: one frame or more, up to the one with `last: true`, in place of all that was known. */
export interface PresenceMembersFrame extends PresenceFrameBase {
  members: PresenceMember[];
  last: boolean;
}

/** Who came, changed and went since the frame before; each member at most once. */
export interface PresenceChangesFrame extends PresenceFrameBase {
  changes: PresenceChange[];
}

/** For who asked for `"count"` only. */
export interface PresenceCountFrame extends PresenceFrameBase {
  /** Members. */
  count: number;
  /** Principals among them. */
  principals: number;
}

export type PresenceFrame = PresenceMembersFrame | PresenceChangesFrame | PresenceCountFrame;

export interface CheckpointFrame {
  type: 'checkpoint';
  cursor: string;
}

export interface ResyncFrame {
  type: 'resync';
  stream: string;
  reason: ResyncReason;
}

export interface UnsubscribedFrame extends StreamTarget {
  type: 'unsubscribed';
  id?: string;
  stream: string;
  code?: ErrorCode;
  message?: string;
}

export interface AckFrame {
  type: 'ack';
  id: string;
  cursor?: string;
}

export interface PongFrame {
  type: 'pong';
  id?: string;
  time: string;
}

export interface ErrorFrame {
  type: 'error';
  id?: string;
  code: ErrorCode;
  message: string;
  retryable: boolean;
}

export type ServerFrame =
  | WelcomeFrame
  | AuthenticatedFrame
  | SubscribedFrame
  | SnapshotFrame
  | EventFrame
  | MessageFrame
  | PresenceFrame
  | CheckpointFrame
  | ResyncFrame
  | UnsubscribedFrame
  | AckFrame
  | PongFrame
  | ErrorFrame;
