import { REALTIME_PATH } from '@edge-hive/protocol';
import type { Random } from '../../chaos/random.js';
import type { Attacker, Target } from '../attacker.js';
import { Conversation, type Frame } from '../conversation.js';
import { hostileValue, objectText } from '../hostile.js';
import { mutated } from '../mutation.js';
import { PRINCIPALS, type PrincipalId } from '../canary.js';

const TOPICS = ['permitted', 'permitted', 'permitted', 'permitted', 'user', 'member', 'sealed', 'room'];
const FILTERS = [
  '{"k":{"gte":0}}',
  '{"owner":"user:attacker"}',
  '{"owner":{"ne":"user:attacker"}}',
  '{"not":{"room":"room:always"}}',
  '{"room":{"in":["room:never","room:club0","room:always"]}}',
  '{"v":{"startsWith":"canary"}}',
  '{"partly":{"exists":true}}',
  '{"secret":{"exists":true}}',
  '{"shown":false}',
];
const FIELDS = ['["k"]', '["v","owner","room"]', '["partly"]', '["secret"]', '["shown","partly","v"]'];
const SNAPSHOTS = [
  'true',
  '{"limit":5}',
  '{"orderBy":[{"field":"k","desc":true}]}',
  '{"orderBy":[{"field":"secret"}]}',
];
const MOST_READING_MS = 600;

/** Record users of the database, who see what its permissions show and nothing else, while these hang on what is written. */
export const databaseRights: Attacker = {
  name: 'rights of the database',
  attack: async (target, random) => {
    const principal = random.pick(PRINCIPALS);
    const good = target.recordTokens[principal];
    const token = random.isOneIn(5) ? forged(good, target, random) : good;
    const conversation = await connect(target, token, principal, random);
    for (let n = random.pick([1, 2, 6]); n > 0; n--) conversation.send(subscribe(`${n}`, random));
    await conversation.until(() => false, random.between(0, MOST_READING_MS));
    if (random.isOneIn(4))
      conversation.send(JSON.stringify({ type: 'auth', id: 'auth', token: forged(good, target, random) }));
    if (random.isOneIn(4)) conversation.send(subscribe('again', random));
    await conversation.until(() => false, random.between(0, MOST_READING_MS));
    await conversation.end();
    judge(conversation.frames, principal);
  },
};

function connect(
  { httpUrl, otherUrl }: Target,
  token: string,
  principal: PrincipalId,
  random: Random,
): Promise<Conversation> {
  const url = `${(random.isOneIn(3) ? otherUrl : httpUrl).replace('http', 'ws')}${REALTIME_PATH}`;
  // Wrong tokens are slowed by address.
  const address = `10.9.${random.between(0, 255)}.${random.between(1, 254)}`;
  return Conversation.open(url, {
    principal,
    headers: { 'x-forwarded-for': address },
    protocols: ['edge-hive.v1', `bearer.${token}`],
  });
}

function subscribe(id: string, random: Random): string {
  const fields: (readonly [string, string])[] = [
    ['type', '"subscribe"'],
    ['id', JSON.stringify(id)],
    ['topic', JSON.stringify(random.pick(TOPICS))],
  ];
  const add = (name: string, texts: readonly string[]) =>
    fields.push([name, random.isOneIn(20) ? hostileValue(random) : random.pick(texts)]);
  if (random.isOneIn(2)) add('filter', FILTERS);
  if (random.isOneIn(3)) add('fields', FIELDS);
  if (random.isOneIn(2)) add('snapshot', SNAPSHOTS);
  if (random.isOneIn(5)) add('events', ['["CREATE","UPDATE"]', '["DELETE"]']);
  return objectText(random.shuffle(fields), random);
}

/** One that the database didn't give: the other's claims under this one's signature, or with faults. */
function forged(token: string, { recordTokens, tokenOf }: Target, random: Random): string {
  const [header = '', , end = ''] = token.split('.');
  const other = recordTokens[random.pick(PRINCIPALS)];
  const [, payload = ''] = other.split('.');
  const claims = {
    NS: 'main',
    DB: 'main',
    AC: 'people',
    ID: random.pick(['user:other', 'user:somebody', 'user:⟨other⟩']),
  };
  return random.pick([
    () => `${header}.${payload}.${end}`,
    () => tokenOf('user:other', claims),
    () => `${header}.${Buffer.from(JSON.stringify({ ...claims, exp: 9_999_999_999 })).toString('base64url')}.${end}`,
    () =>
      `${mutated(Buffer.from(token), random)
        .toString('latin1')
        .replaceAll(/[^\w.-]/g, 'x')}`,
  ])();
}

/** All that is of the table is its own. What it may never see has a canary. */
function judge(frames: readonly Frame[], principal: PrincipalId): void {
  const isOwn = (row: unknown) => {
    const { id, owner } = row as { id?: unknown; owner?: unknown };
    return String(id).startsWith(`permitted:⟨${principal}-`) && (owner === undefined || owner === `user:${principal}`);
  };
  const shown = new Set(
    frames.filter(({ type, topic }) => type === 'subscribed' && topic === 'permitted').map(({ stream }) => stream),
  );
  for (const { type, stream, data } of frames) {
    if ((type !== 'event' && type !== 'snapshot') || !shown.has(stream)) continue;
    const strange = (Array.isArray(data) ? (data as unknown[]) : [data]).find((row) => !isOwn(row));
    if (strange !== undefined) throw new Error(`${principal} was shown ${JSON.stringify(strange).slice(0, 300)}`);
  }
}
