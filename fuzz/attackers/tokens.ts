import { createHmac, generateKeyPairSync, sign as signWith } from 'node:crypto';
import { REALTIME_PATH } from '@edge-hive/protocol';
import type { Random } from '../../chaos/random.js';
import { JWT_SECRET } from '../../test/support/tokens.js';
import type { Attacker } from '../attacker.js';
import { Conversation, type Frame } from '../conversation.js';
import { HOSTILE_VALUES, objectText } from '../hostile.js';
import { mutated } from '../mutation.js';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const DIGESTS: Readonly<Record<string, string>> = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' };
const ALGORITHMS = [
  'HS256',
  'HS256',
  'HS256',
  'HS384',
  'HS512',
  'none',
  'None',
  'hs256',
  'RS256',
  'ES256',
  'EdDSA',
  'HS1',
  '',
  '__proto__',
];
const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  ['kid', ['"1"', '"../../../dev/null"', '"\' OR 1=1"', '1', '{}', 'null']],
  ['typ', ['"JWT"', '"at+jwt"', '1', 'null']],
  ['crit', ['["b64"]', '["exp"]', '[]', '"x"']],
  ['b64', ['false', 'true']],
  ['jku', ['"http://127.0.0.1:1/"']],
  ['jwk', [`{"kty":"oct","k":"${Buffer.from('x').toString('base64url')}"}`]],
  ['x5c', ['["x"]']],
  ['zip', ['"DEF"']],
];
const SUBJECTS = [
  '"attacker"',
  '"attacker"',
  '"attacker"',
  '"user:a"',
  '"user:`a-b`"',
  '"user:⟨a-b⟩"',
  '"somebody:else\\u0000"',
  '"somebody：else"',
  '"SOMEBODY:ELSE"',
  '"user:[1,{ a: 2 }]"',
  '"user:u\'018f6f2e-0000-7000-8000-000000000000\'"',
  '"*"',
  '"$principal.id"',
  '"admin"',
];
const CLAIMS: readonly (readonly [string, readonly string[]])[] = [
  [
    'exp',
    [
      '9999999999',
      '9999999999',
      '1',
      '0',
      '-1',
      '1e999',
      '-1e999',
      '1e308',
      '9999999999.5',
      '"9999999999"',
      'null',
      '[]',
      '9007199254740993',
    ],
  ],
  ['nbf', ['0', '9999999999', '1e999', '-1e999', '"x"', 'null']],
  ['iat', ['0', '1e999', '"x"']],
  [
    'roles',
    [
      '["a"]',
      '"admin"',
      '["service","admin",1]',
      '{"0":"admin"}',
      '[["admin"]]',
      '["Admin"]',
      'null',
      '{"includes":1}',
    ],
  ],
  [
    'who',
    [
      'null',
      '[]',
      '{}',
      '1e999',
      '-1e999',
      '"user:a"',
      '"user:`a`"',
      '["user:a",null]',
      '{"ne":1}',
      '"NONE"',
      '"null"',
      '"Infinity"',
      '"*"',
      '[[]]',
    ],
  ],
  ['whose', ['null', '[]', '[null]', '[[]]', '[{}]', '[1e999]', '["user:a"]', '{}', '""', '[""]', '["NONE"]', '1e999']],
  ['level', ['1', '"9"', 'true', 'null', '1e308', '1e999', '-1e999', '[9]', '{"lte":9}', '"1e999"', '"Infinity"']],
  ['NS', ['"main"', '"other"', '1']],
  ['DB', ['"main"', '"other"', '{}']],
  ['AC', ['"user"', '[]']],
  ['ns', ['"main"', '"other"']],
  ['db', ['"main"', 'null']],
  ['ac', ['"user"', '1']],
  ['ID', ['"user:a"', '"user:`a`"', '"user:⟨a⟩"', '1', '"x"', '"somebody:⟨els⟩"']],
];
const TOPICS = ['claimed', 'listed', 'ranked', 'fenced', 'witnessed', 'sealed'];
const RESTRICTED = ['claimed', 'listed', 'ranked', 'witnessed', 'sealed'];

/** Tokens that are wrong in one way or another, and right ones with odd claims, shown in every way there is. */
export const tokens: Attacker = {
  name: 'tokens',
  attack: async ({ httpUrl }, random) => {
    const token = makeToken(random);
    const conversation = await show(`${httpUrl.replace('http', 'ws')}${REALTIME_PATH}`, token, random);
    for (const topic of TOPICS) {
      const filter = random.isOneIn(2)
        ? {}
        : { filter: random.pick([{ v: { exists: true } }, { owner: { ne: 'x' } }, { not: { k: 1 } }]) };
      conversation.send(JSON.stringify({ type: 'subscribe', id: topic, topic, snapshot: true, ...filter }));
    }
    if (random.isOneIn(3)) conversation.send(JSON.stringify({ type: 'auth', id: 'again', token: makeToken(random) }));
    const welcome = await conversation.until(({ type }) => type === 'welcome' || type === 'error');
    if (welcome?.type === 'welcome' && !isSigned(token) && !conversation.frames.some(isRenewal)) {
      throw new Error(`A token was let in that nobody signed: ${token.slice(0, 1_000)}`);
    }
    await conversation.end();
    noRow(conversation.frames);
  },
};

function isRenewal({ type }: Frame): boolean {
  return type === 'authenticated';
}

/** Of the tables that hold nothing but what is somebody else's. */
function noRow(frames: readonly Frame[]): void {
  const shown = new Set(
    frames
      .filter(({ type, topic }) => type === 'subscribed' && RESTRICTED.includes(String(topic)))
      .map(({ stream }) => stream),
  );
  const row = frames.find(({ type, stream, data }) => {
    return shown.has(stream) && (type === 'event' || (type === 'snapshot' && Array.isArray(data) && data.length > 0));
  });
  if (row) throw new Error(`A row came: ${JSON.stringify(row).slice(0, 500)}`);
}

async function show(url: string, token: string, random: Random): Promise<Conversation> {
  const asHeader = () =>
    Conversation.open(url, { principal: 'attacker', headers: { authorization: `Bearer ${token}` } });
  // Not every text can be part of a header or an address.
  const isPlain = /^[\w.~+/=-]+$/.test(token) && token.length < 8_000;
  switch (isPlain ? random.between(0, 3) : 3) {
    case 0:
      return asHeader();
    case 1:
      return Conversation.open(`${url}?token=${encodeURIComponent(token)}`, { principal: 'attacker' });
    case 2:
      return /^[\w.-]+$/.test(token)
        ? Conversation.open(url, { principal: 'attacker', protocols: ['edge-hive.v1', `bearer.${token}`] })
        : asHeader();
    default: {
      const conversation = await Conversation.open(url, { principal: 'attacker' });
      conversation.send(JSON.stringify({ type: 'auth', id: 'auth', token }));
      return conversation;
    }
  }
}

function makeToken(random: Random): string {
  const algorithm = random.pick(ALGORITHMS);
  const alg = random.isOneIn(20) ? random.pick(HOSTILE_VALUES) : JSON.stringify(algorithm);
  const header = objectText([['alg', alg], ...some(HEADERS, 8, random)], random);
  const payload = random.isOneIn(20) ? random.pick(HOSTILE_VALUES) : payloadText(random);
  const text = [header, payload].map((part) => Buffer.from(part).toString('base64url')).join('.');
  const token = `${text}.${signature(text, algorithm, random).toString('base64url')}`;
  return random.isOneIn(8) ? faulty(token, random) : token;
}

/** By the service's secret, and the algorithm that its header names. */
function isSigned(token: string): boolean {
  const [header = '', payload = '', end = ''] = token.trim().split('.');
  const { alg } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { alg: string };
  const digest = Object.hasOwn(DIGESTS, alg) ? DIGESTS[alg] : undefined;
  return digest !== undefined && mac(`${header}.${payload}`, JWT_SECRET, digest).equals(Buffer.from(end, 'base64url'));
}

function mac(text: string, secret: string, digest: string): Buffer {
  return createHmac(digest, secret).update(text).digest();
}

function payloadText(random: Random): string {
  const claims = some(CLAIMS, 2, random);
  if (random.isOneIn(15))
    claims.push([random.pick(['x', '__proto__', 'constructor', 'sub']), random.pick(HOSTILE_VALUES)]);
  return objectText(
    [['sub', random.isOneIn(12) ? random.pick(HOSTILE_VALUES) : random.pick(SUBJECTS)], ...claims],
    random,
  );
}

function some(
  fields: readonly (readonly [string, readonly string[]])[],
  oneIn: number,
  random: Random,
): (readonly [string, string])[] {
  return fields.flatMap(([name, values]) => (random.isOneIn(oneIn) ? [[name, random.pick(values)] as const] : []));
}

function signature(text: string, algorithm: string, random: Random): Buffer {
  const digest = Object.hasOwn(DIGESTS, algorithm) ? DIGESTS[algorithm] : undefined;
  if (digest !== undefined && !random.isOneIn(4)) return mac(text, JWT_SECRET, digest);
  return random.pick([
    () => Buffer.alloc(0),
    () => mac(text, '', 'sha256'),
    () => mac(text, 'x', 'sha256'),
    () => mac(text, `${JWT_SECRET} `, 'sha512'),
    () => mac(text, JWT_SECRET, 'sha1'),
    () => mac(text, JWT_SECRET, digest ?? 'sha256').subarray(0, 8),
    () => signWith('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  ])();
}

function faulty(token: string, random: Random): string {
  const [header = '', payload = '', end = ''] = token.split('.');
  return random.pick([
    () => `${header}.${payload}`,
    () => `${header}.${payload}.`,
    () => `${token}.`,
    () => `${token}.${token}`,
    () => `${payload}.${header}.${end}`,
    () => `.${payload}.${end}`,
    () => ` ${token}`,
    () => `${'x'.repeat(5_000)}.${token}`,
    () => `${header}.${payload}.${'A'.repeat(20_000)}`,
    () => mutated(Buffer.from(token, 'latin1'), random).toString('latin1'),
    () => '.'.repeat(10_000),
    () => '',
  ])();
}
