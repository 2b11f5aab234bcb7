/**
 * How soon a subscription ends when the rights behind it have become others, by what made them so: from the database's answer to the
 * write until the frame, or the close, is there. Prints what docs/rights.md has.
 *
 *   npm run build && node bench/rights-changes.mjs [--surreal path/to/surreal] [--rounds 20]
 */
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { REALTIME_PATH } from '@edge-hive/protocol';
import { startSurreal } from '@edge-hive/surreal-server';
import { WebSocket } from 'ws';
import { connectDatabase, prepareDatabase } from './load/database-client.mjs';
import { edgeHive } from './peers/edge-hive.mjs';

const { values } = parseArgs({ options: { surreal: { type: 'string' }, rounds: { type: 'string', default: '20' } } });
const ROUNDS = Number(values.rounds);
const KEY = randomBytes(64).toString('hex');
const FEED = 'CHANGEFEED 1h INCLUDE ORIGINAL';
/** Whoever waits longer for what has to come is told which it was. */
const WAIT_MS = 20_000;
/** Tokens name whole seconds. */
const BRIEF_SECONDS = 3;

const SCHEMA = `
  DEFINE TABLE user ${FEED}; DEFINE TABLE org ${FEED}; DEFINE TABLE room TYPE NORMAL ${FEED}; DEFINE TABLE hall TYPE NORMAL;
  DEFINE TABLE member TYPE RELATION IN user OUT room ${FEED};
  DEFINE FIELD members ON room TYPE array<record<user>>; DEFINE FIELD members ON hall TYPE array<record<user>>;
  DEFINE ACCESS people ON DATABASE TYPE RECORD WITH JWT ALGORITHM HS512 KEY '${KEY}' DURATION FOR SESSION 1h;
  DEFINE TABLE by_role ${FEED} PERMISSIONS FOR select WHERE $auth.role = 'admin';
  DEFINE TABLE by_edge ${FEED} PERMISSIONS FOR select WHERE room IN $auth->member->room;
  DEFINE TABLE by_link ${FEED} PERMISSIONS FOR select WHERE $auth.org.plan = 'pro';
  DEFINE TABLE by_room ${FEED} PERMISSIONS FOR select WHERE room.members CONTAINS $auth.id;
  DEFINE TABLE by_members ${FEED} PERMISSIONS FOR select WHERE room<-member<-user CONTAINS $auth.id;
  DEFINE TABLE by_hall ${FEED} PERMISSIONS FOR select WHERE hall.members CONTAINS $auth.id;
  DEFINE TABLE redefined ${FEED} PERMISSIONS FULL; 
  DEFINE FIELD room ON by_room TYPE option<record<room>>; DEFINE FIELD room ON by_members TYPE option<record<room>>;
  DEFINE FIELD hall ON by_hall TYPE option<record<hall>>;
  DEFINE FIELD org ON user TYPE option<record<org>>; DEFINE FIELD team ON user TYPE any;
  DEFINE TABLE by_team ${FEED} PERMISSIONS FOR select WHERE $auth.team.plan = 'pro';
  CREATE org:a SET plan = 'pro'; CREATE room:a SET members = []; CREATE hall:a SET members = []`;

/** What is done, with what a user is subscribed to. Each user is changed once. */
const CHANGES = {
  "`$auth.role`: the principal's own record is written": {
    topic: 'by_role',
    write: (user) => `UPDATE ${user} SET role = 'guest'`,
  },
  '`$auth->member->room`: an edge of it goes': { topic: 'by_edge', write: (user) => `DELETE ${user}->member` },
  '`$auth.org.plan`: the record behind a link is written': {
    topic: 'by_link',
    write: (_, n) => `UPDATE org:a SET plan = '${n % 2 === 0 ? 'free' : 'pro'}'`,
  },
  '`$auth.team.plan`: the record behind a link without a kind is written': {
    topic: 'by_team',
    write: (_, n) => `UPDATE org:a SET plan = '${n % 2 === 0 ? 'free' : 'pro'}'`,
  },
  '`room.members CONTAINS $auth.id`: the room is written': {
    topic: 'by_room',
    write: (user) => `UPDATE room:a SET members -= ${user}`,
  },
  '`room<-member<-user CONTAINS $auth.id`: an edge of the room goes': {
    topic: 'by_members',
    write: (user) => `DELETE ${user}->member`,
  },
  '`hall.members CONTAINS $auth.id`: the hall is written, a table without a changefeed': {
    topic: 'by_hall',
    write: (user) => `UPDATE hall:a SET members -= ${user}`,
  },
  'the permission is redefined': {
    topic: 'redefined',
    write: (_, n) => `ALTER TABLE redefined PERMISSIONS FOR select WHERE n = ${n}`,
  },
  'the permission is taken away': {
    topic: (n) => `closed_${n}`,
    prepare: (n) => `DEFINE TABLE closed_${n} ${FEED} PERMISSIONS FULL`,
    write: (_, n) => `ALTER TABLE closed_${n} PERMISSIONS NONE`,
  },
  'the record of the principal is deleted: the connection is closed with 4401': {
    topic: 'by_role',
    write: (user) => `DELETE ${user}`,
  },
};

const { surreal: bin } = values;
const database = await startSurreal(bin ? { bin } : {});
let server;
try {
  await prepareDatabase(database.url, []);
  const root = await connectDatabase(database.url);
  await root.query(SCHEMA);
  const env = {
    SURREAL_URL: database.url,
    SURREAL_USERNAME: 'root',
    SURREAL_PASSWORD: 'root',
    JWT_SECRET: '',
    POLICY_FILE: '',
  };
  server = await edgeHive.start({ env });
  console.log('| what happens | median | longest |\n| --- | --- | --- |');
  let users = 0;
  for (const [name, { topic, prepare = () => '', write }] of Object.entries(CHANGES)) {
    const times = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const user = `user:${(users += 1)}`;
      await root.query(
        `CREATE ${user} SET role = 'admin', org = org:a, team = org:a; RELATE ${user}->member->room:a; UPDATE room:a SET members += ${user};
         UPDATE hall:a SET members += ${user}; ${prepare(round)}`,
      );
      const client = await subscribe(token(user, 3_600), typeof topic === 'string' ? topic : topic(round));
      await root.query(write(user, round));
      const written = performance.now();
      times.push((await client.ended) - written);
      client.close();
    }
    print(name, times);
  }
  await ofEndedSessions(root, users);
  await root.close();
} finally {
  await server?.stop();
  await database.stop();
}

async function ofEndedSessions(root, users) {
  const times = [];
  for (let round = 0; round < Math.min(ROUNDS, 5); round += 1) {
    const user = `user:${users + 1 + round}`;
    await root.query(`CREATE ${user} SET role = 'admin'`);
    const ends = (Math.floor(Date.now() / 1_000) + BRIEF_SECONDS) * 1_000;
    const client = await subscribe(token(user, BRIEF_SECONDS), 'by_role');
    times.push((await client.ended) + performance.timeOrigin - ends);
  }
  print('the token expires: the connection is closed with 4410', times);
}

/** Settles when it is subscribed; `ended` when the subscription, or the connection, has ended. */
async function subscribe(bearer, topic) {
  const { host, port } = server;
  const socket = new WebSocket(`ws://${host}:${port}${REALTIME_PATH}`, {
    headers: { authorization: `Bearer ${bearer}` },
  });
  const ask = () => socket.send(JSON.stringify({ type: 'subscribe', id: '1', topic }));
  let subscribed;
  let end;
  const isSubscribed = new Promise((resolve) => (subscribed = resolve));
  const ended = new Promise((resolve, reject) => {
    end = () => resolve(performance.now());
    setTimeout(() => reject(new Error(`the subscription to ${topic} did not end`)), WAIT_MS).unref();
  });
  socket.on('message', (data) => {
    const frame = JSON.parse(data);
    if (frame.type === 'subscribed') subscribed();
    else if (frame.type === 'error' && frame.retryable) ask();
    else if (frame.type === 'error') throw new Error(`not subscribed: ${data}`);
    else if (frame.type === 'unsubscribed') end();
  });
  socket.on('close', () => end());
  await once(socket, 'open');
  ask();
  await isSubscribed;
  return { ended, close: () => socket.close() };
}

function print(name, times) {
  const sorted = times.toSorted((a, b) => a - b);
  const [median, longest] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  console.log(`| ${name} | ${Math.round(median)} ms | ${Math.round(longest)} ms |`);
}

function token(ID, seconds) {
  const exp = Math.floor(Date.now() / 1_000) + seconds;
  const signed = [
    { alg: 'HS512', typ: 'JWT' },
    { NS: 'main', DB: 'main', AC: 'people', ID, exp },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${createHmac('sha512', KEY).update(signed).digest('base64url')}`;
}
