import type { AckFrame, MessageFrame, PublishFrame } from '@edge-hive/protocol';
import { MAX_EVENT_LENGTH, MAX_KEY_LENGTH } from '../channels/channel-name.js';
import { commandSchema, frameSchema, schemaRef, type JsonSchema } from './json-schema.js';
import type { Messages } from './message.js';

const EVENT_NAME: JsonSchema = { type: 'string', minLength: 1, maxLength: MAX_EVENT_LENGTH };

export const CHANNEL_COMMANDS: Messages<PublishFrame> = {
  publish: {
    summary: 'Publishes a message on a channel.',
    payload: commandSchema(
      'publish',
      {
        channel: schemaRef('channel'),
        event: EVENT_NAME,
        data: { description: 'Any JSON; absent is null.' },
        key: { type: 'string', minLength: 1, maxLength: MAX_KEY_LENGTH, description: 'Idempotency key.' },
        echo: { type: 'boolean', description: '`false`: this connection does not get its own message.' },
      },
      ['channel', 'event'],
    ),
    examples: [
      { payload: { type: 'publish', id: '4', channel: 'room:general', event: 'said', data: { text: 'Hello' } } },
    ],
  },
};

/** What the streams of channels consist of, and the answer to a publish. */
export const CHANNEL_FRAMES: Messages<AckFrame | MessageFrame> = {
  ack: {
    summary: 'The publish, or the presence, with this `id` was taken.',
    payload: frameSchema('ack', { id: schemaRef('commandId'), cursor: schemaRef('cursor') }, ['id']),
    examples: [{ payload: { type: 'ack', id: '4', cursor: 'Zr3kP0aQ.1f' } }],
  },
  message: {
    summary: 'What somebody published on a channel.',
    payload: frameSchema(
      'message',
      {
        channel: schemaRef('channel'),
        stream: schemaRef('stream'),
        event: EVENT_NAME,
        data: { description: 'Any JSON.' },
        from: { type: 'string', description: 'Id of the principal. Absent: an application server with the API key.' },
        cursor: schemaRef('cursor'),
        time: schemaRef('time'),
      },
      ['channel', 'stream', 'event', 'data', 'cursor', 'time'],
    ),
    examples: [
      {
        payload: {
          type: 'message',
          channel: 'room:general',
          stream: 'channel-1',
          event: 'said',
          data: { text: 'Hello' },
          from: 'user-1',
          cursor: 'Zr3kP0aQ.1f',
          time: '2026-01-05T09:30:00.000Z',
        },
      },
    ],
  },
};
