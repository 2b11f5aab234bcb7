import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestClient } from './support/client.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { policyFile, type PolicyFile } from './support/policy-file.js';
import { present, presenceFrames } from './support/presence.js';
import { JWT_SECRET, tokenOf } from './support/tokens.js';

jest.setTimeout(60_000);

const POLICY = {
  channels: {
    open: { subscribe: 'public', publish: 'authenticated' },
    'desk:*': { subscribe: 'authenticated', presence: { role: 'staff' } },
    'user:{id}': { subscribe: { principal: '{id}' } },
    secret: { subscribe: 'authenticated', presence: 'none' },
    registered: { subscribe: 'public', presence: 'authenticated' },
  },
};
const STAFF = { roles: ['staff'] };

describe('rights to presence', () => {
  let gateway: Gateway;
  let file: PolicyFile;
  let clients: TestClient[] = [];
  beforeAll(async () => {
    file = await policyFile(POLICY);
    gateway = await startGateway({ JWT_SECRET, API_KEY: 'key', POLICY_FILE: file.path, PRESENCE_GRACE_MS: '600000' });
  }, 60_000);
  afterAll(() => gateway.stop());
  afterAll(() => file.remove());
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    clients = [];
  });

  async function connect(principal?: string, claims = {}): Promise<TestClient> {
    const client = await TestClient.connect(
      gateway.url,
      principal === undefined ? {} : { token: tokenOf(principal, claims) },
    );
    clients.push(client);
    if (principal !== undefined) await client.next('welcome');
    return client;
  }
  const look = (client: TestClient, channel: string) =>
    client.request({ type: 'subscribe', id: 'look', channel, presence: true });
  const enter = (client: TestClient, channel: string, key = 'k') =>
    client.request({ type: 'presence', id: 'enter', channel, state: {}, key });

  it.each<[string, string, string | undefined, object, string]>([
    ['anyone looks', 'open', undefined, {}, 'subscribed'],
    ['who may subscribe looks', 'user:ann', 'ann', {}, 'subscribed'],
    ['who may not subscribe does not', 'user:bob', 'ann', {}, 'FORBIDDEN'],
    ['who has the right looks', 'desk:1', 'ann', STAFF, 'subscribed'],
    ['who has not the right does not', 'desk:1', 'ann', {}, 'FORBIDDEN'],
    ['nobody looks', 'secret', 'ann', STAFF, 'FORBIDDEN'],
    ['who has no token does not', 'registered', undefined, {}, 'UNAUTHENTICATED'],
  ])('%s at %s', async (_, channel, principal, claims, outcome) => {
    const reply = await look(await connect(principal, claims), channel);
    expect('code' in reply ? reply.code : reply.type).toBe(outcome);
  });

  it.each<[string, string, string | undefined, object, string]>([
    ['who may look is present', 'open', 'ann', {}, 'ack'],
    ['who has no token is not', 'open', undefined, {}, 'UNAUTHENTICATED'],
    ['who has the right is present', 'desk:1', 'ann', STAFF, 'ack'],
    ['who has not the right is not', 'desk:1', 'ann', {}, 'FORBIDDEN'],
    ['nobody is present', 'secret', 'ann', STAFF, 'FORBIDDEN'],
  ])('%s at %s', async (_, channel, principal, claims, outcome) => {
    const client = await connect(principal, claims);
    expect(await client.request({ type: 'subscribe', id: 's', channel })).toMatchObject({ type: 'subscribed' });
    const reply = await enter(client, channel);
    expect('code' in reply ? reply.code : reply.type).toBe(outcome);
  });

  it('end with renewed ones that lack them: presence at once, and looking with its subscription', async () => {
    const watching = await connect('watcher', STAFF);
    await look(watching, 'desk:2');
    const present1 = await connect('ann', STAFF);
    await present1.request({ type: 'subscribe', id: 's', channel: 'desk:2' });
    await enter(present1, 'desk:2');
    const looking = await connect('bob', STAFF);
    await look(looking, 'desk:2');
    await enter(looking, 'desk:2');
    await present(watching, 'desk:2', 'ann/k', 'bob/k');
    for (const [client, id] of [
      [present1, 'ann'],
      [looking, 'bob'],
    ] as const) {
      expect(await client.request({ type: 'auth', id: 'a', token: tokenOf(id) })).toMatchObject({
        type: 'authenticated',
      });
    }
    await present(watching, 'desk:2');
    expect(await looking.next('unsubscribed')).toMatchObject({ channel: 'desk:2', code: 'FORBIDDEN' });
    const before = presenceFrames(looking, 'desk:2').length;
    const more = await connect('cyd', STAFF);
    await more.request({ type: 'subscribe', id: 's', channel: 'desk:2' });
    await enter(more, 'desk:2');
    await present(watching, 'desk:2', 'cyd/k');
    await looking.request({ type: 'ping', id: 'behind' });
    expect(presenceFrames(looking, 'desk:2')).toHaveLength(before);
    // Messages it may still have.
    expect(present1.types).not.toContain('unsubscribed');
    expect(await enter(present1, 'desk:2')).toMatchObject({ code: 'FORBIDDEN' });
  });

  it.each([
    ['open', 200],
    ['secret', 403],
    ['desk:1', 403],
  ])('hold for servers, too: %s is answered %i', async (channel, status) => {
    const url = `${gateway.httpUrl}/api/v1/channels/${encodeURIComponent(channel)}/presence`;
    expect((await fetch(url, { headers: { 'x-api-key': 'key' } })).status).toBe(status);
  });
});
