import type { SubscribedFrame, SubscribeFrame, UnsubscribedFrame, UnsubscribeFrame } from '@edge-hive/protocol';
import { commandSchema, frameSchema, schemaRef, type JsonSchema } from './json-schema.js';
import type { Messages } from './message.js';

const SNAPSHOT_REQUEST: JsonSchema = {
  description: 'The rows that match now come first.',
  oneOf: [
    { type: 'boolean' },
    {
      type: 'object',
      properties: {
        limit: { type: 'integer', minimum: 1 },
        orderBy: {
          type: 'array',
          maxItems: 16,
          items: {
            type: 'object',
            required: ['field'],
            properties: { field: schemaRef('path'), desc: { type: 'boolean' } },
          },
        },
      },
    },
  ],
};

const TARGETS: readonly JsonSchema[] = [{ required: ['topic'] }, { required: ['channel'] }];

/** Commands that begin and end subscriptions, to topics and channels alike. */
export const SUBSCRIPTION_COMMANDS: Messages<SubscribeFrame | UnsubscribeFrame> = {
  subscribe: {
    summary: 'Subscribes to a topic (a table) or a channel.',
    payload: {
      ...commandSchema('subscribe', {
        topic: schemaRef('topic'),
        channel: schemaRef('channel'),
        filter: schemaRef('filter'),
        fields: { type: 'array', maxItems: 256, items: schemaRef('path') },
        events: { type: 'array', minItems: 1, maxItems: 3, items: schemaRef('action') },
        snapshot: SNAPSHOT_REQUEST,
        since: schemaRef('cursor'),
        epoch: schemaRef('epoch'),
        presence: {
          description: 'Of a channel: `true` delivers who is there too, `"count"` how many.',
          oneOf: [{ type: 'boolean' }, { const: 'count' }],
        },
      }),
      oneOf: TARGETS,
    },
    examples: [
      { payload: { type: 'subscribe', topic: 'messages', filter: { room: 'general' } } },
      {
        payload: {
          type: 'subscribe',
          id: '1',
          topic: 'people',
          filter: { age: { gte: 18, lt: 65 }, or: [{ vip: true }, { not: { 'address.city': 'Rome' } }] },
          fields: ['name', 'address.city'],
          events: ['CREATE', 'UPDATE'],
          snapshot: { limit: 50, orderBy: [{ field: 'created_at', desc: true }] },
        },
      },
      { payload: { type: 'subscribe', id: '2', channel: 'room:general', presence: true } },
    ],
  },
  unsubscribe: {
    summary: 'Ends the subscription to a stream, or all to a topic or channel.',
    payload: {
      ...commandSchema('unsubscribe', {
        stream: { type: 'string' },
        topic: { type: 'string' },
        channel: { type: 'string' },
      }),
      oneOf: [{ required: ['stream'] }, ...TARGETS],
    },
    examples: [{ payload: { type: 'unsubscribe', topic: 'messages' } }],
  },
};

/** What the server says about subscriptions. */
export const SUBSCRIPTION_FRAMES: Messages<SubscribedFrame | UnsubscribedFrame> = {
  subscribed: {
    summary: 'The subscription is served: everything from here on comes.',
    payload: {
      ...frameSchema(
        'subscribed',
        {
          id: schemaRef('commandId'),
          topic: schemaRef('topic'),
          channel: schemaRef('channel'),
          stream: schemaRef('stream'),
          cursor: schemaRef('cursor'),
          epoch: schemaRef('epoch'),
          durable: { type: 'boolean', description: 'The stream is read from a changefeed.' },
          complete: { const: false, description: 'The database is known not to tell every write to the topic.' },
          recovered: { type: 'boolean', description: 'Only with `since`: whether all that came after it follows.' },
        },
        ['stream', 'cursor', 'epoch', 'durable'],
      ),
      oneOf: TARGETS,
    },
    examples: [
      {
        payload: {
          type: 'subscribed',
          id: '1',
          topic: 'messages',
          stream: 'topic-1',
          cursor: '3k9d2mzq0x1b7-vomhii7ugw0-0',
          epoch: 'kT0b1xXUyl2M',
          durable: true,
        },
      },
    ],
  },
  unsubscribed: {
    summary: 'A subscription has ended; with `code`, the server ended it.',
    payload: {
      ...frameSchema(
        'unsubscribed',
        {
          id: schemaRef('commandId'),
          topic: schemaRef('topic'),
          channel: schemaRef('channel'),
          stream: schemaRef('stream'),
          code: schemaRef('errorCode'),
          message: { type: 'string' },
        },
        ['stream'],
      ),
      oneOf: TARGETS,
    },
    examples: [
      { payload: { type: 'unsubscribed', id: '3', stream: 'topic-1', topic: 'messages' } },
      {
        payload: {
          type: 'unsubscribed',
          stream: 'topic-1',
          topic: 'messages',
          code: 'UNKNOWN_TOPIC',
          message: 'The table was removed.',
        },
      },
    ],
  },
};
