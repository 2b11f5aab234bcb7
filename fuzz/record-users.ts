import { Surreal } from 'surrealdb';
import { WebSocket } from 'ws';
import type { Random } from '../chaos/random.js';
import { CANARY, PRINCIPALS, type PrincipalId } from './canary.js';

/** Rows of each user, and of others. */
const SLOTS = 20;
/** Turns after which the users leave one club for the next. */
const CLUB_TURNS = 60;

/** A table of which the database says who may see what, for users that are its own records. */
const DEFINITIONS = `
  DEFINE TABLE user CHANGEFEED 1h INCLUDE ORIGINAL;
  DEFINE TABLE room PERMISSIONS FULL;
  DEFINE TABLE member TYPE RELATION IN user OUT room CHANGEFEED 1h INCLUDE ORIGINAL;
  DEFINE ACCESS people ON DATABASE TYPE RECORD SIGNIN (SELECT * FROM user WHERE name = $name) DURATION FOR TOKEN 1w, FOR SESSION 1w;
  DEFINE TABLE permitted PERMISSIONS FOR select WHERE owner = $auth.id AND room IN $auth->member->room;
  DEFINE FIELD secret ON permitted PERMISSIONS NONE;
  DEFINE FIELD partly ON permitted PERMISSIONS FOR select WHERE shown = true;
  CREATE room:always; CREATE room:never; CREATE user:somebody SET name = 'somebody';`;

/** Defines it. @returns the token that the database gives to each */
export async function recordUsers(writer: Surreal, databaseUrl: string): Promise<Record<PrincipalId, string>> {
  await writer.query(DEFINITIONS);
  const tokens: [string, string][] = [];
  for (const name of PRINCIPALS) {
    await writer.query(`CREATE user:${name} SET name = '${name}'; RELATE user:${name}->member->room:always`);
    tokens.push([name, await signIn(databaseUrl, name)]);
  }
  return Object.fromEntries(tokens) as Record<PrincipalId, string>;
}

async function signIn(databaseUrl: string, name: string): Promise<string> {
  const session = new Surreal({ websocketImpl: WebSocket as unknown as typeof globalThis.WebSocket }); // Node 20 has none
  await session.connect(databaseUrl, { reconnect: false });
  const place = { namespace: 'main', database: 'main', access: 'people' };
  const { access } = await session.signin({ ...place, variables: { name } });
  await session.close();
  return access;
}

/**
 * What is written in a turn: rows that a user may see, and rows that it may not, since they are another's, or in a room that it never was in
 * or has left for good. All of those have a canary.
 */
export function permittedWrites(k: number, random: Random): string[] {
  const slot = k % SLOTS;
  const club = Math.floor(k / CLUB_TURNS);
  const statements = PRINCIPALS.flatMap((name) => {
    const [user, other] = [`user:${name}`, 'user:somebody'];
    return [
      row(`${name}-${slot}`, user, 'always', k, 'fine', random.isOneIn(2)),
      row(`${name}-club-${slot}`, user, `club${club}`, k, 'fine', true),
      row(`${CANARY}-${name}-never-${slot}`, user, 'never', k, CANARY, true),
      row(`${CANARY}-${name}-other-${slot}`, other, 'always', k, CANARY, true),
      ...(club > 0 ? [row(`${CANARY}-${name}-left-${slot}`, user, `club${club - 1}`, k, CANARY, true)] : []),
      // A user’s own record, from which rights hang.
      ...(random.isOneIn(20) ? [`UPDATE ${user} SET n = ${k}`] : []),
      ...(random.isOneIn(20) ? [`DELETE permitted:⟨${name}-${random.between(0, SLOTS)}⟩`] : []),
      ...(random.isOneIn(10) ? [`DELETE permitted:⟨${CANARY}-${name}-never-${random.between(0, SLOTS)}⟩`] : []),
    ];
  });
  return [...(k % CLUB_TURNS === 0 ? changeClub(club) : []), ...statements];
}

/** Their own rows go with them before anybody leaves. */
function changeClub(club: number): string[] {
  return PRINCIPALS.flatMap((name) => [
    `RELATE user:${name}->member->room:club${club}`,
    `DELETE member WHERE in = user:${name} AND out = room:club${club - 1}`,
  ]);
}

function row(id: string, owner: string, room: string, k: number, v: string, shown: boolean): string {
  const partly = shown && v !== CANARY ? 'fine' : CANARY;
  const content = `{ owner: ${owner}, room: room:${room}, k: ${k}, v: '${v}', shown: ${shown}, partly: '${partly}', secret: '${CANARY}' }`;
  return `UPSERT permitted:⟨${id}⟩ CONTENT ${content}`;
}
