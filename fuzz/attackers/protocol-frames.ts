import { setTimeout as delay } from 'node:timers/promises';
import { REALTIME_PATH } from '@edge-hive/protocol';
import type { Random } from '../../chaos/random.js';
import type { Attacker } from '../attacker.js';
import { Conversation } from '../conversation.js';
import { HOSTILE_VALUES, hostileValue, objectText } from '../hostile.js';
import { lastingToken } from '../lasting-token.js';
import { TABLES } from '../world.js';

const CHANNELS = [
  'fuzz:a',
  'fuzz:b',
  'open:a',
  'own:attacker',
  'own:other',
  'own:somebody else',
  'hidden:room',
  'fuzz:user:`a`',
];
const quoted = (texts: readonly string[]) => texts.map((text) => JSON.stringify(text));

/** Of each command all fields, with JSON texts that are right for them. */
const COMMANDS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  ping: {},
  subscribe: {
    topic: quoted([...TABLES, 'nothing', '*', 'edge_hive_identity']),
    channel: quoted(CHANNELS),
    filter: ['{"k":{"gte":1}}', '{"v":"a"}', '{"or":[{"k":1},{"not":{"v":null}}]}', '{"owner":{"ne":"attacker"}}'],
    fields: ['["k"]', '["v","owner"]', '["secret"]', '["v.a.b"]'],
    events: ['["CREATE"]', '["UPDATE","DELETE"]'],
    snapshot: [
      'true',
      'false',
      '{"limit":3}',
      '{"orderBy":[{"field":"k","desc":true}]}',
      '{"orderBy":[{"field":"secret"}]}',
    ],
    since: quoted(['0', 'a', '115000000000000000', 'x'.repeat(64)]),
    epoch: quoted(['a', '']),
  },
  unsubscribe: { stream: quoted(['a', 'channel-1']), topic: quoted(TABLES), channel: quoted(CHANNELS) },
  publish: {
    channel: quoted(CHANNELS),
    event: quoted(['said', 'e']),
    data: ['1', '{"a":[1,2,{"b":null}]}', '"text"'],
    key: quoted(['k', 'k2']),
    echo: ['true', 'false'],
  },
  presence: { channel: quoted(CHANNELS), state: ['{}', 'null'], key: quoted(['k']) },
  auth: { token: quoted(['x', 'a.b.c', '']) },
  nothing: { a: ['1'] },
};
const TYPES = [
  'ping',
  'subscribe',
  'subscribe',
  'subscribe',
  'unsubscribe',
  'publish',
  'publish',
  'presence',
  'auth',
  'nothing',
];
const NO_OBJECTS = [
  '',
  '{',
  '[]',
  'null',
  '1',
  '"a"',
  '{"type":"ping","id":"1"}{"type":"ping"}',
  '\ufeff{"type":"ping"}',
  '{"type":"ping",}',
  "{'type':'ping'}",
  'NaN',
];

/** Every command with any of its fields hostile, in any order, with and without a token, many behind each other. */
export const protocolFrames: Attacker = {
  name: 'protocol frames',
  attack: async ({ httpUrl, token }, random) => {
    const authenticated = !random.isOneIn(4);
    const conversation = await Conversation.open(`${httpUrl.replace('http', 'ws')}${REALTIME_PATH}`, {
      principal: 'attacker',
      headers: authenticated ? { authorization: `Bearer ${token}` } : {},
    });
    const fresh = JSON.stringify(lastingToken('attacker', { roles: random.isOneIn(2) ? ['a'] : [] }));
    for (let n = random.pick([1, 5, 20, 60]); n > 0; n--) {
      conversation.send(frameText(`${n}`, fresh, random));
      if (random.isOneIn(10)) await delay(random.between(0, 20));
    }
    await conversation.end();
  },
};

function frameText(id: string, token: string, random: Random): string {
  if (random.isOneIn(40)) return random.pick(NO_OBJECTS);
  const type = random.pick(TYPES);
  const fields: (readonly [string, string])[] = [
    ['type', random.isOneIn(60) ? hostileValue(random) : JSON.stringify(type)],
    ...(random.isOneIn(10) ? [] : [['id', random.isOneIn(40) ? hostileId(random) : JSON.stringify(id)] as const]),
  ];
  for (const [name, values] of Object.entries(COMMANDS[type] ?? {})) {
    // A subscribe or an unsubscribe names one thing, mostly.
    const rare = (name === 'channel' || name === 'stream') && type.endsWith('subscribe');
    if (!random.isOneIn(rare ? 6 : 2)) continue;
    fields.push([name, valueOf(name, values, token, random)]);
    if (random.isOneIn(30)) fields.push([name, hostileValue(random)]);
  }
  if (random.isOneIn(10))
    fields.push([random.pick(['__proto__', 'constructor', 'x', '', 'toString']), hostileValue(random)]);
  return objectText(random.isOneIn(2) ? fields : random.shuffle(fields), random);
}

function valueOf(name: string, values: readonly string[], token: string, random: Random): string {
  if (random.isOneIn(4)) return hostileValue(random);
  return name === 'token' && random.isOneIn(2) ? token : random.pick(values);
}

/** None that another command has. */
function hostileId(random: Random): string {
  return random.pick(HOSTILE_VALUES.filter((text) => !text.startsWith('"')));
}
