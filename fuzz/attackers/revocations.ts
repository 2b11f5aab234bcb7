import { REALTIME_PATH } from '@edge-hive/protocol';
import type { Random } from '../../chaos/random.js';
import type { Attacker, Target } from '../attacker.js';
import { Conversation } from '../conversation.js';
import { hostileValue, objectText } from '../hostile.js';

const FORBIDDEN = 4403;
const KEPT_S = 60;

/** A token is revoked, by whom may and whom not, while it is in use: from then on it lets nobody in. Without the right it stays good. */
export const revocations: Attacker = {
  name: 'revocations',
  attack: async (target, random) => {
    const jti = `fuzz ${random.next()}`;
    const token = target.tokenOf('attacker', { jti });
    const live = await connect(target, token);
    const welcome = await live.until(({ type }) => type === 'welcome');
    if (!welcome) return live.end();
    const may = !random.isOneIn(3);
    const isMeant = may && !random.isOneIn(3);
    const address = `10.8.${random.between(0, 255)}.${random.between(1, 254)}`;
    const answer = await fetch(`${target.httpUrl}/api/v1/tokens/revoke`, {
      method: 'POST',
      headers: {
        ...key(target, token, may, random),
        'content-type': 'application/json',
        'x-forwarded-for': address,
      },
      body: isMeant ? rightBody(jti, random) : hostileBody(random),
    });
    if (answer.status >= 500) throw new Error(`A revocation was answered ${answer.status} ${await answer.text()}`);
    await answer.arrayBuffer();
    if (answer.status === 200 && !may) throw new Error('A token was revoked by whom may not.');
    const isRevoked = isMeant && answer.status === 200;
    const later = await connect(target, token);
    await later.until(({ type }) => type === 'welcome');
    const { code } = later;
    await Promise.all([live.end(), later.end()]);
    if (isRevoked !== (code === FORBIDDEN)) {
      throw new Error(`It was ${isRevoked ? '' : 'not '}revoked, and the token is answered ${code ?? 'welcome'}.`);
    }
    if (isRevoked && live.code !== FORBIDDEN) throw new Error(`It was revoked, and its connection is ${live.code}.`);
  },
};

function connect({ httpUrl }: Target, token: string): Promise<Conversation> {
  const url = `${httpUrl.replace('http', 'ws')}${REALTIME_PATH}`;
  return Conversation.open(url, { principal: 'attacker', headers: { authorization: `Bearer ${token}` } });
}

function key({ apiKey }: Target, token: string, may: boolean, random: Random): Record<string, string> {
  if (may) return random.isOneIn(2) ? { 'x-api-key': apiKey } : { authorization: `Bearer ${apiKey}` };
  return random.pick([{ authorization: `Bearer ${token}` }, { 'x-api-key': `${apiKey}x` }, {}]);
}

function rightBody(jti: string, random: Random): string {
  const expires = Math.floor(Date.now() / 1_000) + KEPT_S;
  return objectText(
    random.shuffle([['jti', JSON.stringify(jti)] as const, ['expires', `${expires}`] as const]),
    random,
  );
}

/** Of no token that there is: of the id, nobody knows it; and no principal has such a name. */
function hostileBody(random: Random): string {
  const value = () => hostileValue(random);
  return random.pick([
    '',
    '{',
    value(),
    `{"jti":${value()},"expires":${value()}}`,
    `{"jti":"nobody's","expires":${value()}}`,
    `{"principal":"nobody","issuedBefore":${value()},"expires":${value()}}`,
    `{"principal":${value()},"issuedBefore":1,"expires":1}`,
    `{"jti":"nobody's","principal":"nobody"}`,
    `{"principal":"nobody","issuedBefore":1e999,"expires":1}`,
  ]);
}
