import { REALTIME_PATH } from '@edge-hive/protocol';
import type { Random } from '../../chaos/random.js';
import type { Attacker } from '../attacker.js';
import { Conversation, type Frame } from '../conversation.js';
import { hostileValue } from '../hostile.js';

const EVENTS = [
  '"said"',
  '"\\u0073aid"',
  '"é"',
  '"😀"',
  '""',
  '"\u007f"',
  '"a\\nb"',
  `"${'x'.repeat(128)}"`,
  `"${'x'.repeat(129)}"`,
  '1',
];
const NAMES = ['id', 'channel', 'event', 'data', 'key', 'echo', 'x', '__proto__'] as const;

/**
 * A publish written in any way, and the same one behind a space: the service reads the first where it lies, the other as any
 * command, and has to do the same with both.
 */
export const publishTexts: Attacker = {
  name: 'publish texts',
  attack: async ({ httpUrl, token }, random) => {
    const channel = `fuzz:${random.between(0, 2 ** 32)}`;
    const conversation = await Conversation.open(`${httpUrl.replace('http', 'ws')}${REALTIME_PATH}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    conversation.send(JSON.stringify({ type: 'subscribe', id: 'subscribe', channel }));
    for (let n = 0; n < 10; n++) {
      const text = publishText(channel, random);
      const outcomes: string[] = [];
      for (const [way, written] of [
        ['short', text],
        ['long', ` ${text}`],
      ] as const) {
        const [ping, marker] = [`before ${n} ${way}`, `after ${n} ${way}`];
        conversation.send(JSON.stringify({ type: 'ping', id: ping }));
        // Ids differ, so that each answer can be told; so do keys, or the second one would be a repeat.
        conversation.send(written.replaceAll('ID', `${n} ${way}`).replaceAll('KEY', `${channel} ${n} ${way}`));
        conversation.send(JSON.stringify({ type: 'ping', id: marker }));
        await conversation.until(({ id }) => id === marker);
        outcomes.push(outcome(conversation.frames, ping, marker));
      }
      if (conversation.code !== undefined) break;
      if (outcomes[0] !== outcomes[1]) {
        throw new Error(`${text.slice(0, 500)} was taken for ${outcomes.join(' and ').slice(0, 1_000)}`);
      }
    }
    await conversation.end();
  },
};

/** What came of it, without what differs from one publish to the next. Both zeros are one. */
function outcome(frames: readonly Frame[], from: string, to: string): string {
  const at = (wanted: string) => frames.findIndex(({ id }) => id === wanted);
  const told = frames.slice(at(from) + 1, at(to)).map(({ type, event, data, code, message, from: sender }) => {
    return { type, event, data, code, message, from: sender };
  });
  return JSON.stringify(told, (_, value: unknown) =>
    value === Infinity || value === -Infinity ? String(value) : value,
  );
}

function publishText(channel: string, random: Random): string {
  const members = random
    .shuffle(NAMES.flatMap((name) => (random.isOneIn(name === 'channel' || name === 'event' ? 15 : 2) ? [] : [name])))
    .filter((name) => !(['x', '__proto__'].includes(name) && !random.isOneIn(5)))
    .flatMap((name) => (random.isOneIn(25) ? [name, name] : [name]))
    .map((name) => `"${name}":${valueOf(name, channel, random)}`);
  return `{${['"type":"publish"', ...members].join()}}`;
}

function valueOf(name: (typeof NAMES)[number], channel: string, random: Random): string {
  if (random.isOneIn(20) && name !== 'id' && name !== 'key') return hostileValue(random);
  switch (name) {
    case 'id':
      return '"ID"';
    case 'channel':
      return JSON.stringify(channel);
    case 'event':
      return random.pick(EVENTS);
    case 'key':
      return '"KEY"';
    case 'echo':
      return random.pick(['true', 'false', 'tru', 'null', 'true ']);
    default:
      return dataText(random, 4);
  }
}

const ATOMS = [
  '1',
  '-0',
  '0',
  '01',
  '1.',
  '.5',
  '1e5',
  '1E+5',
  '1e',
  '1e999',
  '12345678901234567890',
  '"a"',
  '"\\u00e9"',
  '"\\x"',
  '"\t"',
  '"\\ud800"',
  '"é😀"',
  'true',
  'nul',
  'null',
  'NaN',
  '""',
  "'a'",
  'undefined',
];

/** JSON, or what looks like it. */
function dataText(random: Random, depth: number): string {
  const space = random.isOneIn(5) ? ' ' : '';
  if (depth === 0 || random.isOneIn(2))
    return `${space}${random.isOneIn(3) ? hostileValue(random) : random.pick(ATOMS)}${space}`;
  const items = Array.from({ length: random.between(0, 3) }, () => dataText(random, depth - 1));
  const comma = random.isOneIn(30) ? ',' : '';
  if (random.isOneIn(2)) return `${space}[${items.join()}${comma}]`;
  return `${space}{${items.map((item) => `${random.pick(['"a"', '"b"', '"__proto__"', '"constructor"', '""', 'a'])}${space}:${item}`).join()}${comma}}`;
}
