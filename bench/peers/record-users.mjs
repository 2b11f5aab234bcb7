import { createHmac, randomBytes } from 'node:crypto';
import { connectDatabase } from '../load/database-client.mjs';

const LIFETIME_SECONDS = 3_600;
const USERS_AT_ONCE = 1_000;

/**
 * Record users of a database, each in a group of its own number, and their tokens: as SurrealDB would sign them, by the key of
 * the access, which the service doesn't have.
 */
export async function recordUsers({ url }, count) {
  const key = randomBytes(64).toString('hex');
  const root = await connectDatabase(url);
  await root.query(`DEFINE TABLE user CHANGEFEED 1h INCLUDE ORIGINAL;
    DEFINE ACCESS people ON DATABASE TYPE RECORD WITH JWT ALGORITHM HS512 KEY '${key}' DURATION FOR TOKEN 1h, FOR SESSION 1h`);
  for (let first = 0; first < count; first += USERS_AT_ONCE) {
    const last = Math.min(count, first + USERS_AT_ONCE);
    await root.query(`FOR $n IN ${first}..${last} { CREATE type::record('user', $n) SET group = $n }`);
  }
  await root.close();
  return Array.from({ length: count }, (_, index) => token(`user:${index}`, key));
}

function token(ID, key) {
  const now = Math.floor(Date.now() / 1_000);
  const claims = { NS: 'main', DB: 'main', AC: 'people', ID, iat: now, nbf: now, exp: now + LIFETIME_SECONDS };
  const signed = [{ alg: 'HS512', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${createHmac('sha512', key).update(signed).digest('base64url')}`;
}
