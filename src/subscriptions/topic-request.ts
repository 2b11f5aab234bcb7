import type { Action, SnapshotRequest } from '@edge-hive/protocol';

/** What a subscriber asks of a topic. Its form was checked; whether it makes sense is for the service to say. */
export interface TopicRequest {
  readonly id?: string;
  readonly topic: string;
  readonly filter?: unknown;
  readonly fields?: readonly string[];
  readonly events?: readonly Action[];
  readonly snapshot?: SnapshotRequest;
  readonly since?: string;
  readonly epoch?: string;
}
