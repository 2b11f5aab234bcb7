import type {
  AuthenticatedFrame,
  AuthFrame,
  ErrorFrame,
  PingFrame,
  PongFrame,
  WelcomeFrame,
} from '@edge-hive/protocol';
import { commandSchema, frameSchema, objectSchema, schemaRef, type JsonSchema } from './json-schema.js';
import type { Messages } from './message.js';

const MILLISECONDS: JsonSchema = { type: 'integer', minimum: 1, description: 'Milliseconds.' };
const COUNT: JsonSchema = { type: 'integer', minimum: 1 };

const LIMITS = objectSchema(
  {
    frameBytes: COUNT,
    subscriptions: COUNT,
    filterConditions: COUNT,
    filterDepth: COUNT,
    filterElements: COUNT,
    filterBytes: COUNT,
    filterScans: COUNT,
    commandsPerSecond: COUNT,
    commandsBurst: COUNT,
    snapshotRows: COUNT,
    replayWindow: MILLISECONDS,
    presences: COUNT,
    presenceStateBytes: COUNT,
    presenceMembers: COUNT,
  },
  [
    'frameBytes',
    'subscriptions',
    'filterConditions',
    'filterDepth',
    'filterElements',
    'filterBytes',
    'filterScans',
    'commandsPerSecond',
    'commandsBurst',
    'snapshotRows',
    'replayWindow',
    'presences',
    'presenceStateBytes',
    'presenceMembers',
  ],
);

/** Commands about the connection itself. */
export const CONNECTION_COMMANDS: Messages<AuthFrame | PingFrame> = {
  auth: {
    summary: 'Authenticates, or renews the token of a live connection.',
    payload: commandSchema('auth', { token: { type: 'string', description: 'A JWT.' } }, ['token']),
    examples: [
      { payload: { type: 'auth', id: '0', token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyLTEifQ.c2lnbmF0dXJl' } },
    ],
  },
  ping: {
    summary: 'Asks for a sign of life.',
    payload: commandSchema('ping', {}),
    examples: [{ payload: { type: 'ping', id: '7' } }],
  },
};

/** Frames about the connection itself. */
export const CONNECTION_FRAMES: Messages<WelcomeFrame | AuthenticatedFrame | PongFrame | ErrorFrame> = {
  welcome: {
    summary: 'The connection is authenticated; what the server accepts.',
    payload: frameSchema(
      'welcome',
      {
        protocol: { const: 1 },
        connection: { type: 'string', description: 'Id of the connection.' },
        principal: schemaRef('principal'),
        time: schemaRef('time'),
        heartbeat: objectSchema({ interval: MILLISECONDS, timeout: MILLISECONDS }, ['interval', 'timeout']),
        presence: objectSchema({ grace: { type: 'integer', minimum: 0, description: 'Milliseconds.' } }, ['grace']),
        limits: LIMITS,
      },
      ['protocol', 'connection', 'principal', 'time', 'heartbeat', 'presence', 'limits'],
    ),
    examples: [
      {
        payload: {
          type: 'welcome',
          protocol: 1,
          connection: '6f1c2f0e-8a57-4d0f-9f0b-3f6f1f2f9a11',
          principal: { id: 'user-1', expires: 1_790_000_000 },
          time: '2026-09-21T13:13:20.000Z',
          heartbeat: { interval: 25_000, timeout: 10_000 },
          presence: { grace: 10_000 },
          limits: {
            frameBytes: 262_144,
            subscriptions: 100,
            filterConditions: 16,
            filterDepth: 4,
            filterElements: 1_024,
            filterBytes: 25_165_824,
            filterScans: 2_048,
            commandsPerSecond: 100,
            commandsBurst: 200,
            snapshotRows: 10_000,
            replayWindow: 3_000,
            presences: 20,
            presenceStateBytes: 4_096,
            presenceMembers: 10_000,
          },
        },
      },
    ],
  },
  authenticated: {
    summary: 'The token was renewed.',
    payload: frameSchema('authenticated', { id: schemaRef('commandId'), principal: schemaRef('principal') }, [
      'principal',
    ]),
    examples: [{ payload: { type: 'authenticated', id: '0', principal: { id: 'user-1', expires: 1_790_003_600 } } }],
  },
  pong: {
    summary: 'The answer to `ping`.',
    payload: frameSchema('pong', { id: schemaRef('commandId'), time: schemaRef('time') }, ['time']),
    examples: [{ payload: { type: 'pong', id: '7', time: '2026-01-05T09:30:00.000Z' } }],
  },
  error: {
    summary: 'A command was refused. The connection goes on, unless a close follows.',
    payload: frameSchema(
      'error',
      {
        id: schemaRef('commandId'),
        code: schemaRef('errorCode'),
        message: { type: 'string', description: 'For developers: names the field at fault.' },
        retryable: { type: 'boolean', description: 'The same command may work a little later.' },
      },
      ['code', 'message', 'retryable'],
    ),
    examples: [
      {
        payload: {
          type: 'error',
          id: '2',
          code: 'INVALID_FILTER',
          message: 'filter.age.above is no operator: use one of eq ne gt gte lt lte in nin contains startsWith exists.',
          retryable: false,
        },
      },
    ],
  },
};
