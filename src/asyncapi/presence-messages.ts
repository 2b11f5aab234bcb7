import type { PresenceCommandFrame, PresenceFrame } from '@edge-hive/protocol';
import { MAX_PRESENCE_KEY_LENGTH } from '../channels/presence/member.js';
import { commandSchema, frameSchema, objectSchema, schemaRef, type JsonSchema } from './json-schema.js';
import type { Messages } from './message.js';

const KEY: JsonSchema = {
  type: 'string',
  minLength: 1,
  maxLength: MAX_PRESENCE_KEY_LENGTH,
  description: 'Tells several presences of one principal apart.',
};

const PRINCIPAL: JsonSchema = { type: 'string', description: 'Id of the principal.' };
const STATE: JsonSchema = { type: 'object', description: 'What it says of itself.' };
const COUNT: JsonSchema = { type: 'integer', minimum: 0 };

const MEMBER = objectSchema({ key: KEY, id: PRINCIPAL, state: STATE, since: schemaRef('time') }, [
  'key',
  'id',
  'state',
  'since',
]);

const CHANGE: JsonSchema = {
  oneOf: [
    objectSchema(
      { action: { enum: ['join', 'update'] }, key: KEY, id: PRINCIPAL, state: STATE, since: schemaRef('time') },
      ['action', 'key', 'id', 'state', 'since'],
    ),
    objectSchema({ action: { const: 'leave' }, key: KEY, id: PRINCIPAL, since: schemaRef('time') }, [
      'action',
      'key',
      'id',
      'since',
    ]),
  ],
};

export const PRESENCE_COMMANDS: Messages<PresenceCommandFrame> = {
  presence: {
    summary: 'Is present on a channel that the connection is subscribed to, or in another state, or no more.',
    payload: commandSchema(
      'presence',
      {
        channel: schemaRef('channel'),
        state: { description: 'What others see; `null` leaves.', oneOf: [{ type: 'object' }, { type: 'null' }] },
        key: { ...KEY, description: 'Default: the id of the connection.' },
      },
      ['channel', 'state'],
    ),
    examples: [
      { payload: { type: 'presence', id: '5', channel: 'room:general', state: { typing: true }, key: 'tab-1' } },
      { payload: { type: 'presence', channel: 'room:general', state: null } },
    ],
  },
};

/** Who is on a channel, for who subscribed with `presence`. */
export const PRESENCE_FRAMES: Messages<PresenceFrame> = {
  presence: {
    summary: 'All who are on a channel, what became of some of them, or how many there are.',
    payload: {
      ...frameSchema(
        'presence',
        {
          channel: schemaRef('channel'),
          stream: schemaRef('stream'),
          members: { type: 'array', items: MEMBER, description: 'All who are there, in place of all that was known.' },
          last: { type: 'boolean', description: 'Of `members`: no more of them follow.' },
          changes: { type: 'array', minItems: 1, items: CHANGE, description: 'What is new since the frame before.' },
          count: { ...COUNT, description: 'Members, for who asked for "count".' },
          principals: { ...COUNT, description: 'Principals among them.' },
        },
        ['channel', 'stream'],
      ),
      oneOf: [{ required: ['members', 'last'] }, { required: ['changes'] }, { required: ['count', 'principals'] }],
    },
    examples: [
      {
        payload: {
          type: 'presence',
          channel: 'room:general',
          stream: 'channel-1',
          members: [{ key: 'tab-1', id: 'user-1', state: { typing: true }, since: '2026-01-05T09:30:00.000Z' }],
          last: true,
        },
      },
      {
        payload: {
          type: 'presence',
          channel: 'room:general',
          stream: 'channel-1',
          changes: [
            { action: 'update', key: 'tab-1', id: 'user-1', state: {}, since: '2026-01-05T09:30:00.000Z' },
            { action: 'leave', key: 'phone', id: 'user-2', since: '2026-01-05T09:12:41.118Z' },
          ],
        },
      },
      { payload: { type: 'presence', channel: 'room:general', stream: 'channel-1', count: 12, principals: 9 } },
    ],
  },
};
