import { setTimeout as delay } from 'node:timers/promises';
import { REALTIME_PATH, type PresenceFrame } from '@edge-hive/protocol';
import type { Random } from '../../chaos/random.js';
import { membersIn } from '../../test/support/presence.js';
import type { Attacker } from '../attacker.js';
import { Conversation } from '../conversation.js';
import { hostileValue, objectText } from '../hostile.js';
import { PRINCIPALS } from '../canary.js';

/** Where who hides is, where all lanes are, and one for each principal. */
const CHANNELS = ['fuzz:crowd', 'fuzz:crowd', 'fuzz:other crowd', 'own:attacker', 'own:other', 'hidden:room', 'open:a'];
const KEYS = ['"k"', '"l"', '"m"', '""', `"${'k'.repeat(64)}"`, `"${'k'.repeat(65)}"`, '"é\\u0000"', '"\\ud800"'];
const STATES = [
  '{}',
  '{"at":1}',
  '{"at":2}',
  '{"__proto__":{"a":1}}',
  '{"id":"admin","key":"k","since":"now"}',
  `{"text":"${'x'.repeat(4_000)}"}`,
  `{"text":"${'x'.repeat(5_000)}"}`,
  'null',
  'null',
];
const LOOKS = ['true', 'true', '"count"', 'false'];
const MOST_LOOKING_MS = 400;

/**
 * Presences over several connections of one principal, that change and end in every way. One that looks on is told nothing that can't
 * follow what it was told before.
 */
export const presences: Attacker = {
  name: 'presences',
  attack: async ({ httpUrl, tokenOf }, random) => {
    const principal = random.pick(PRINCIPALS);
    const connect = () =>
      Conversation.open(`${httpUrl.replace('http', 'ws')}${REALTIME_PATH}`, {
        principal,
        headers: { authorization: `Bearer ${tokenOf(principal, {})}` },
      });
    const observer = await connect();
    for (const [n, channel] of ['fuzz:crowd', 'fuzz:other crowd'].entries()) {
      observer.send(JSON.stringify({ type: 'subscribe', id: `${n}`, channel, presence: true }));
    }
    const present = await Promise.all(Array.from({ length: random.between(1, 3) }, connect));
    for (let n = random.pick([3, 10, 40]); n > 0; n--) {
      random.pick(present).send(command(`${n}`, random));
      if (random.isOneIn(5)) await delay(random.between(0, 60));
    }
    if (random.isOneIn(4)) observer.send(JSON.stringify({ type: 'subscribe', channel: 'fuzz:crowd', presence: true }));
    await observer.until(() => false, random.between(0, MOST_LOOKING_MS));
    for (const each of random.shuffle(present)) await (random.isOneIn(2) ? each.drop() : each.end());
    await observer.end();
    judge(observer);
  },
};

function command(id: string, random: Random): string {
  const type = random.pick(['subscribe', 'subscribe', 'presence', 'presence', 'presence', 'unsubscribe', 'publish']);
  const fields: (readonly [string, string])[] = [
    ['type', JSON.stringify(type)],
    ['channel', random.isOneIn(40) ? hostileValue(random) : JSON.stringify(random.pick(CHANNELS))],
    ...(random.isOneIn(4) ? [] : [['id', JSON.stringify(id)] as const]),
  ];
  const add = (name: string, texts: readonly string[]) =>
    fields.push([name, random.isOneIn(20) ? hostileValue(random) : random.pick(texts)]);
  if (type === 'subscribe') add('presence', LOOKS);
  if (type === 'presence') add('state', STATES);
  if (type === 'presence' && random.isOneIn(2)) add('key', KEYS);
  if (type === 'publish') fields.push(['event', '"said"'], ['data', '1']);
  return objectText(fields, random);
}

function judge({ frames }: Conversation): void {
  for (const channel of ['fuzz:crowd', 'fuzz:other crowd']) {
    const told = frames.filter((frame) => frame.type === 'presence' && frame.channel === channel);
    membersIn(told as unknown as PresenceFrame[]);
  }
}
