import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestClient } from './support/client.js';
import { policyFile, type PolicyFile } from './support/policy-file.js';
import { startService, type Service } from './support/service.js';
import { subscribe } from './support/test-stream.js';
import { tokenOf } from './support/tokens.js';

const API_KEY = 'a key of the tests';
const POLICY = {
  topics: { messages: { read: 'authenticated', where: { room: { in: '$claims.rooms' } } } },
  channels: { '*': { subscribe: 'authenticated' } },
};

describe('the audit log', () => {
  let service: Service;
  let file: PolicyFile;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'audit-'));
    file = await policyFile(POLICY);
    const env = { POLICY_FILE: file.path, API_KEY, AUDIT_LOG: join(folder, 'audit.jsonl'), LIMIT_SUBSCRIPTIONS: '1' };
    service = await startService(env);
  }, 60_000);
  afterAll(() => service.stop());
  afterAll(() => file.remove());
  afterAll(() => rm(folder, { recursive: true }));

  /** The first entry that has these fields; waits for it. */
  async function entry(fields: object): Promise<unknown> {
    const wanted = Object.entries(fields);
    for (;;) {
      const lines = (await readFile(join(folder, 'audit.jsonl'), 'utf8')).split('\n').slice(0, -1);
      const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
      const found = entries.find((one) => wanted.every(([name, value]) => one[name] === value));
      if (found) return found;
      await setImmediate();
    }
  }

  const post = (path: string, key: string, body?: object) =>
    fetch(`${service.gateway.httpUrl}/api/v1/${path}`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });

  it('tells of a token that was refused, and not what it was', async () => {
    const token = tokenOf('mallory', { exp: 1_000_000 });
    const client = await TestClient.connect(service.gateway.url, { token });
    await client.closed;
    expect(await entry({ event: 'sign_in_refused' })).toMatchObject({
      time: expect.any(String),
      address: '127.0.0.1',
      connection: expect.any(String),
      reason: 'the token has expired',
    });
    expect(await entry({ event: 'connection_closed' })).toMatchObject({ code: 4410 });
    expect(await readFile(join(folder, 'audit.jsonl'), 'utf8')).not.toContain(token);
  });

  it('tells of a limit that was reached, and of rights that changed', async () => {
    const client = await service.connect('ann', { rooms: ['a'] });
    await subscribe(client, { topic: 'messages' });
    await client.request({ type: 'subscribe', id: '2', channel: 'room:1' });
    const identity = { principal: 'ann', address: '127.0.0.1' };
    expect(await entry({ event: 'limit_hit', ...identity })).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      reason: expect.stringContaining('1 subscriptions'),
    });
    await client.request({ type: 'auth', id: '3', token: tokenOf('ann', { rooms: ['b'] }) });
    expect(await entry({ event: 'rights_changed', principal: 'ann' })).toMatchObject({ subscriptionsEnded: 1 });
  });

  it('tells who was told to read again, and why', async () => {
    const client = await service.connect('rita', { rooms: ['a'] });
    await subscribe(client, { topic: 'messages' });
    expect((await post('topics/messages/resync', API_KEY)).status).toBe(202);
    const told = { principal: 'rita', topic: 'messages', reason: 'requested', address: '127.0.0.1' };
    expect(await entry({ event: 'resync', ...told })).toMatchObject({ connection: expect.any(String) });
    await client.close();
  });

  it('tells who had tokens revoked, of whom, and whom that closed', async () => {
    const client = await service.connect('carol', { jti: 'carol-1' });
    expect((await post('tokens/revoke', API_KEY, { jti: 'carol-1' })).status).toBe(200);
    await client.closed;
    expect(await entry({ event: 'tokens_revoked', jti: 'carol-1' })).toMatchObject({ by: 'service', connections: 1 });
    expect(await entry({ event: 'connection_closed', principal: 'carol' })).toMatchObject({ code: 4403 });
    expect((await post('tokens/revoke', API_KEY, { principal: 'dave' })).status).toBe(200);
    expect(await entry({ event: 'tokens_revoked', principal: 'dave' })).toMatchObject({ connections: 0 });
  });

  it('tells who disconnected whom, who asked for a resync, and of a wrong key, whatever they are called', async () => {
    const name = 'bob\n{"event":"forged"}';
    const client = await service.connect(name);
    await service.writer.query('DEFINE TABLE OVERWRITE messages');
    expect((await post('topics/messages/resync', API_KEY)).status).toBe(202);
    expect(await entry({ event: 'resync_requested' })).toMatchObject({ by: 'service', topic: 'messages' });
    expect((await post(`principals/${encodeURIComponent(name)}/disconnect`, API_KEY)).status).toBe(200);
    await client.closed;
    expect(await entry({ event: 'principal_disconnected' })).toMatchObject({
      by: 'service',
      principal: name,
      connections: 1,
    });
    expect(await entry({ event: 'connection_closed', principal: name })).toMatchObject({ code: 4403 });
    expect((await post('topics/messages/resync', 'not the key')).status).toBe(401);
    expect(await entry({ event: 'key_refused' })).toMatchObject({ address: '127.0.0.1', use: 'API' });
    const text = await readFile(join(folder, 'audit.jsonl'), 'utf8');
    for (const secret of ['not the key', API_KEY]) expect(text).not.toContain(secret);
    expect(text.split('\n').every((line) => line === '' || line.startsWith('{"time":'))).toBe(true);
  });
});
