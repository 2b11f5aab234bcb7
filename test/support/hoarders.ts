import { TestClient } from './client.js';
import type { Gateway } from './gateway.js';
import { tokenOf } from './tokens.js';

const KIB = 1024;

/** What a hoarder works with. */
export interface Target {
  readonly gateway: Gateway;
  /** Of a principal; its key is that of the test. */
  readonly token: string;
  /** Whose key is still being fetched. */
  readonly unverifiable: string;
  /** Places in channels that have a history, before all of it. */
  readonly since: { readonly cursor: string; readonly epoch: string };
}

type Hoarder = (target: Target, n: number) => Promise<TestClient>;

/** Snapshots of all rows, four at a time, and it reads none of them. */
const takesSnapshots: Hoarder = async (target, n) => {
  const client = await welcomed(target);
  client.socket.pause();
  for (let limit = 0; limit < 4; limit += 1) {
    client.send({ type: 'subscribe', topic: 'rows', filter: { no: { gte: -n - limit } }, snapshot: true });
  }
  return client;
};

/** Commands behind a token whose key does not come. */
const pipelines: Hoarder = async ({ gateway, unverifiable }) => {
  const client = await TestClient.connect(gateway.url, { token: unverifiable });
  for (let n = 0; n < 8; n += 1) client.send({ type: 'ping', padding: 'x'.repeat(200 * KIB) });
  return client;
};

/** The beginning of a frame that has no end, before authentication and after. */
const neverFinishes: Hoarder = async (target, n) => {
  const authenticated = n % 2 === 0;
  const client = authenticated ? await welcomed(target) : await TestClient.connect(target.gateway.url);
  const size = (authenticated ? 240 : 100) * KIB;
  client.socket.send('x'.repeat(size - 50), { fin: false });
  for (let part = 0; part < 50; part += 1) client.socket.send('x', { fin: false });
  return client;
};

/** Subscriptions that each ask for something else, at length. */
const asksAtLength: Hoarder = async (target, n) => {
  const client = await welcomed(target);
  for (let subscription = 0; subscription < 10; subscription += 1) {
    const fields = Array.from({ length: 200 }, (_, field) => `${'x'.repeat(230)}${n}_${subscription}_${field}`);
    client.send({ type: 'subscribe', topic: 'rows', fields });
  }
  return client;
};

/** Lists that can't be looked up, and that nobody else has, each principal its own. */
const filtersAtLength: Hoarder = async ({ gateway }, n) => {
  const client = await welcomed({ gateway, token: tokenOf(`lister-${n}`) });
  for (let subscription = 0; subscription < 10; subscription += 1) {
    const nin = Array.from({ length: 1_000 }, (_, item) => `person:p${n}x${subscription}x${item}`);
    client.send({ type: 'subscribe', topic: 'rows', filter: { by: { nin } } });
  }
  return client;
};

/** A principal of whom there is much to say. */
const claimsMuch: Hoarder = ({ gateway }, n) => {
  const rooms = Array.from({ length: 700 }, (_, room) => (n * 1_000 + room).toString(36));
  return welcomed({ gateway, token: tokenOf(`claimer-${n}`, { rooms }) });
};

/** As many subscriptions as it may have, no two of them alike. */
const subscribesToMuch: Hoarder = async (target, n) => {
  const client = await welcomed(target);
  for (let subscription = 0; subscription < 50; subscription += 1) {
    client.send({ type: 'subscribe', topic: 'rows', filter: { no: n * 1_000 + subscription } });
    client.send({ type: 'subscribe', channel: `room:${n}:${subscription}` });
  }
  return client;
};

/** Comes back to channels that have much to tell, and doesn't read. */
const comesBack: Hoarder = async (target) => {
  const client = await welcomed(target);
  client.socket.pause();
  const { cursor, epoch } = target.since;
  for (let room = 0; room < 8; room += 1) {
    client.send({ type: 'subscribe', channel: `history:${room}`, since: cursor, epoch });
  }
  return client;
};

/** Errors and pongs, each of them small, and it reads none of them. */
const asksForLittle: Hoarder = async (target) => {
  const client = await welcomed(target);
  client.socket.pause();
  for (let n = 0; n < 1_000; n += 1) client.send({ type: 'ping', id: `${n}` });
  return client;
};

/** As many presences as it may have, each as large as may be, where all who hoard look at them, and it reads none. */
const isPresentAtLength: Hoarder = async ({ gateway }, n) => {
  const client = await presentAtLength(gateway, n);
  client.socket.pause();
  client.send({ type: 'subscribe', channel: 'crowd', presence: true });
  return client;
};

/** The same, and its connection is lost: for a while they are kept for it. */
const isLost: Hoarder = async ({ gateway }, n) => {
  const client = await presentAtLength(gateway, n);
  client.socket.terminate();
  await client.closed;
  return client;
};

export const HOARDERS: readonly Hoarder[] = [
  takesSnapshots,
  pipelines,
  neverFinishes,
  asksAtLength,
  filtersAtLength,
  claimsMuch,
  subscribesToMuch,
  comesBack,
  asksForLittle,
  isPresentAtLength,
  isLost,
];

async function presentAtLength(gateway: Gateway, n: number): Promise<TestClient> {
  const client = await welcomed({ gateway, token: tokenOf(`present-${n}`) });
  client.send({ type: 'subscribe', channel: 'crowd' });
  for (let key = 0; key < 20; key += 1) {
    client.send({ type: 'presence', channel: 'crowd', key: `${key}`, state: { text: 'x'.repeat(4_000) } });
  }
  await client.request({ type: 'ping', id: 'present' });
  return client;
}

async function welcomed({ gateway, token }: Pick<Target, 'gateway' | 'token'>): Promise<TestClient> {
  const client = await TestClient.connect(gateway.url, { token });
  await client.next('welcome');
  return client;
}

/** A token that asks for a key of a JWKS. */
export function unverifiableToken(): string {
  const [, payload = ''] = tokenOf('user-1').split('.');
  const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'unknown' })).toString('base64url');
  return `${header}.${payload}.${Buffer.alloc(256).toString('base64url')}`;
}
