import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestClient } from './support/client.js';
import { startGateway } from './support/gateway.js';
import { policyFile, type PolicyFile } from './support/policy-file.js';
import { startService, type Service } from './support/service.js';
import { ask } from './support/test-stream.js';
import { tokenOf } from './support/tokens.js';

/** The machine may be busy; what is awaited has a shorter deadline of its own. */
jest.setTimeout(20_000);

const POLICY = {
  topics: {
    anyone: { read: 'public' },
    members: { read: 'authenticated' },
    machines: { read: 'service' },
    closed: { read: 'none' },
    admins: { read: { role: 'admin' } },
    ann: { read: { principal: 'ann' } },
    some: { read: { any: [{ role: 'editor' }, { principal: 'ann' }] } },
    '*': { read: 'none' },
  },
};

/** Who may read what: principal, its roles, and the topics. Without a principal nobody authenticated. */
const CALLERS: readonly [string | undefined, readonly string[] | string, readonly string[]][] = [
  [undefined, [], ['anyone']],
  ['bob', [], ['anyone', 'members']],
  ['bob', ['admin'], ['anyone', 'members', 'admins']],
  ['bob', 'admin', ['anyone', 'members']],
  ['bob', ['editor'], ['anyone', 'members', 'some']],
  ['bob', ['service'], ['anyone', 'members', 'machines']],
  ['ann', [], ['anyone', 'members', 'ann', 'some']],
];

describe('a policy', () => {
  let service: Service;
  let file: PolicyFile;
  beforeAll(async () => {
    file = await policyFile(POLICY);
    service = await startService({ POLICY_FILE: file.path });
    await service.writer.query('DEFINE TABLE elsewhere');
  }, 60_000);
  afterAll(() => service.stop());
  afterAll(() => file.remove());

  it.each(CALLERS)('lets %s with roles %j read %j', async (principal, roles, allowed) => {
    const client = principal
      ? await service.connect(principal, { roles })
      : await TestClient.connect(service.gateway.url);
    const refusal = principal ? 'FORBIDDEN' : 'UNAUTHENTICATED';
    for (const topic of [...Object.keys(POLICY.topics), 'elsewhere', 'nowhere', 'edge_hive_instance']) {
      const reply = await ask(client, { topic });
      if (allowed.includes(topic)) expect(reply).toMatchObject({ type: 'subscribed', topic });
      else expect(reply).toMatchObject({ type: 'error', code: refusal, retryable: false });
    }
    await client.close();
  });

  it('lets public topics be followed without a token, and events come', async () => {
    const client = await TestClient.connect(service.gateway.url);
    await ask(client, { topic: 'anyone' });
    await service.writer.query('CREATE anyone:1');
    expect(await client.next('event')).toMatchObject({ data: { id: 'anyone:1' } });
    await client.close();
  });
});

describe('a bad policy', () => {
  it.each<[string, object | string, string]>([
    ['that is no JSON', '{ "topics": ', ''],
    ['with an unknown key', { topics: { notes: { reed: 'public' } } }, 'topics.notes.reed'],
    ['with an unknown condition', { topics: { notes: { read: 'everyone' } } }, 'topics.notes.read'],
    [
      'with an unknown variable',
      { topics: { notes: { read: 'public', where: { owner: '$user.id' } } } },
      'topics.notes.where.owner',
    ],
    [
      'with an unknown placeholder',
      { channels: { 'user:{id}': { subscribe: { principal: '{name}' } } } },
      'channels.user:{id}.subscribe',
    ],
  ])(
    '%s stops the start, naming the place',
    async (_, policy, place) => {
      const file = await policyFile(policy);
      const start = startGateway({ POLICY_FILE: file.path, SURREAL_URL: 'ws://127.0.0.1:9/rpc' });
      await expect(start).rejects.toThrow(place === '' ? file.path : place);
      await file.remove();
    },
    20_000,
  );

  it('that is not there stops the start, naming the file', async () => {
    const start = startGateway({ POLICY_FILE: '/nowhere/policy.json', SURREAL_URL: 'ws://127.0.0.1:9/rpc' });
    await expect(start).rejects.toThrow('/nowhere/policy.json');
  }, 20_000);
});

describe('production without a policy', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ NODE_ENV: 'production' });
    await service.writer.query('DEFINE TABLE notes');
  }, 60_000);
  afterAll(() => service.stop());

  it('lets nobody read or use anything, and says so at the start', async () => {
    expect(service.gateway.output).toContain('POLICY_FILE');
    const client = await service.connect('user-1', { roles: ['admin', 'service'] });
    expect(await ask(client, { topic: 'notes' })).toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringMatching(/^topic:/),
    });
    const commands = [{ type: 'subscribe' }, { type: 'publish', event: 'e', data: 1 }];
    for (const [n, command] of commands.entries()) {
      const reply = await client.request({ id: `${n}`, channel: 'room:1', ...command });
      expect(reply).toMatchObject({ code: 'FORBIDDEN' });
    }
    const stranger = await TestClient.connect(service.gateway.url);
    expect(await ask(stranger, { topic: 'notes' })).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringMatching(/^topic:/),
    });
    await stranger.close();
  });
});

describe('development without a policy', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
  }, 60_000);
  afterAll(() => service.stop());

  it('lets this machine read without a token, from no page or one of its own', async () => {
    for (const origin of [undefined, 'http://localhost:3000', 'http://127.0.0.1:8443']) {
      const client = await TestClient.connect(service.gateway.url, origin ? { origin } : {});
      expect(await ask(client, { topic: 'first' })).toMatchObject({ type: 'subscribed' });
      await client.close();
    }
  });

  it('does not let pages from elsewhere read without a token', async () => {
    const origin = 'https://elsewhere.example';
    const client = await TestClient.connect(service.gateway.url, { origin });
    expect(await ask(client, { topic: 'first' })).toMatchObject({ code: 'UNAUTHENTICATED' });
    await client.close();
    const known = await TestClient.connect(service.gateway.url, { origin, token: tokenOf('user-1') });
    expect(await ask(known, { topic: 'first' })).toMatchObject({ type: 'subscribed' });
    await known.close();
  });

  it('hides the tables of the service itself', async () => {
    const [info] = await service.writer.query<[{ tables: Record<string, string> }]>('INFO FOR DB');
    const own = Object.keys(info.tables).filter((name) => name.startsWith('edge_hive_'));
    const client = await service.connect();
    for (const topic of [...own, 'edge_hive_x']) {
      expect(await ask(client, { topic })).toMatchObject({ type: 'error', code: 'FORBIDDEN' });
    }
  });
});
