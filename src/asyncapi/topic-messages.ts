import type { CheckpointFrame, EventFrame, ResyncFrame, ResyncReason, SnapshotFrame } from '@edge-hive/protocol';
import { frameSchema, schemaRef } from './json-schema.js';
import type { Messages } from './message.js';

const RESYNC_REASONS = [
  'late',
  'unknown_state',
  'unreadable',
  'interrupted',
  'feed_changed',
  'overrun',
  'requested',
] as const satisfies readonly ResyncReason[];

/** What the streams of topics consist of. */
export const TOPIC_FRAMES: Messages<SnapshotFrame | EventFrame | CheckpointFrame | ResyncFrame> = {
  snapshot: {
    summary: 'Rows that match now. The last frame of a snapshot says so.',
    payload: frameSchema(
      'snapshot',
      {
        stream: schemaRef('stream'),
        data: { type: 'array', items: schemaRef('row') },
        last: { type: 'boolean' },
      },
      ['stream', 'data', 'last'],
    ),
    examples: [
      {
        payload: {
          type: 'snapshot',
          stream: 'topic-1',
          data: [{ id: 'messages:msg1', room: 'general', text: 'Hello' }],
          last: true,
        },
      },
    ],
  },
  event: {
    summary: 'A change of a record.',
    payload: frameSchema(
      'event',
      {
        topic: schemaRef('topic'),
        stream: schemaRef('stream'),
        action: schemaRef('action'),
        data: schemaRef('row'),
        cursor: schemaRef('cursor'),
        time: schemaRef('time'),
        transition: {
          enum: ['enter', 'leave'],
          description: 'Of an UPDATE: the record came into the filter, or left it.',
        },
        known: {
          const: 'id',
          description:
            'Of a DELETE: of the record nothing but its id is known. Absent: `data` is all of it, within `fields`.',
        },
      },
      ['topic', 'stream', 'action', 'data', 'cursor', 'time'],
    ),
    examples: [
      {
        payload: {
          type: 'event',
          topic: 'messages',
          stream: 'topic-1',
          action: 'CREATE',
          data: { id: 'messages:msg1', room: 'general', text: 'Hello' },
          cursor: '3k9d2mzq0x1b7-vomhii7ugw0-0',
          time: '2026-01-05T09:30:00.000Z',
        },
      },
    ],
  },
  checkpoint: {
    summary: 'Every durable stream of this connection is delivered up to the cursor.',
    payload: frameSchema('checkpoint', { cursor: schemaRef('cursor') }, ['cursor']),
    examples: [{ payload: { type: 'checkpoint', cursor: '3k9d2mzq0x1b7-vomhii9ewg0-0' } }],
  },
  resync: {
    summary: 'Continuity of the stream is lost: read the state again.',
    payload: frameSchema('resync', { stream: schemaRef('stream'), reason: { enum: RESYNC_REASONS } }, [
      'stream',
      'reason',
    ]),
    examples: [{ payload: { type: 'resync', stream: 'topic-1', reason: 'feed_changed' } }],
  },
};
