import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestClient } from './support/client.js';
import { metric } from './support/health.js';
import { policyFile, type PolicyFile } from './support/policy-file.js';
import { startService, type Service } from './support/service.js';
import { subscribe } from './support/test-stream.js';
import { tokenOf } from './support/tokens.js';

const POLICY = {
  topics: {
    messages: { read: 'authenticated', where: { room: { in: '$claims.rooms' } } },
    notes: { read: 'authenticated', where: { owner: '$principal.id' } },
  },
};
const ROOMS = Array.from({ length: 1_000 }, (_, n) => n.toString(36));
const SUBSCRIPTIONS = 50;

describe('a renewal', () => {
  let service: Service;
  let file: PolicyFile;
  beforeAll(async () => {
    file = await policyFile(POLICY);
    service = await startService({ POLICY_FILE: file.path, LIMIT_AUTH_BURST: '10' });
  }, 60_000);
  afterAll(() => service.stop());
  afterAll(() => file.remove());

  const rightsComputed = () => metric(service.gateway, 'edge_hive_rights_computed_total');
  const verified = () => metric(service.gateway, 'edge_hive_token_checks_total{result="verified"}');

  async function subscribed(client: TestClient): Promise<void> {
    for (const topic of ['messages', 'notes']) {
      for (let n = 0; n < SUBSCRIPTIONS; n++) await subscribe(client, { topic, filter: { n } });
    }
  }

  it('costs nothing for the same token, and no rights for the same claims', async () => {
    const token = tokenOf('ann', { rooms: ROOMS });
    const client = await service.connect('ann', { rooms: ROOMS });
    await subscribed(client);
    await client.request({ type: 'auth', id: 'first', token });
    const before = [await verified(), await rightsComputed()];
    for (let n = 0; n < 3; n++) {
      expect(await client.request({ type: 'auth', id: `same ${n}`, token })).toMatchObject({ type: 'authenticated' });
    }
    expect([await verified(), await rightsComputed()]).toEqual(before);
    const exp = Math.floor(Date.now() / 1_000) + 7_200;
    const later = tokenOf('ann', { rooms: ROOMS, exp, jti: 'another' });
    expect(await client.request({ type: 'auth', id: 'later', token: later })).toMatchObject({
      type: 'authenticated',
      principal: { id: 'ann', expires: exp },
    });
    expect(await verified()).toBe((before[0] ?? 0) + 1);
    expect(await rightsComputed()).toBe(before[1]);
    expect(client.types).not.toContain('unsubscribed');
  });

  it('works rights out once for each rule, however many subscriptions there are', async () => {
    const client = await service.connect('ann', { rooms: ROOMS });
    await subscribed(client);
    const before = await rightsComputed();
    await client.request({ type: 'auth', id: 'less', token: tokenOf('ann', { rooms: ROOMS.slice(1) }) });
    expect((await rightsComputed()) - before).toBe(2);
    const ended = client.frames.flatMap((frame) => (frame.type === 'unsubscribed' ? [[frame.topic, frame.code]] : []));
    expect(ended).toEqual(Array.from({ length: SUBSCRIPTIONS }, () => ['messages', 'RIGHTS_CHANGED']));
  });

  it('is RATE_LIMITED beyond a burst, whether it would be right or wrong, and changes nothing then', async () => {
    const client = await service.connect('ann', { roles: ['staff'] });
    const expires = Math.floor(Date.now() / 1_000) + 600;
    for (let n = 0; n < 40; n++) {
      client.send({ type: 'auth', id: `${n}`, token: n % 2 ? 'x' : tokenOf('ann', { exp: expires + n }) });
    }
    await client.reply('39');
    const answers = client.frames.flatMap((frame) =>
      'id' in frame ? [frame.type === 'error' ? frame.code : frame.type] : [],
    );
    expect(answers).toHaveLength(40);
    expect(answers.slice(0, 10)).toEqual(Array.from({ length: 5 }, () => ['authenticated', 'UNAUTHENTICATED']).flat());
    // A second may pass meanwhile, on a busy machine several.
    expect(answers.filter((answer) => answer === 'RATE_LIMITED').length).toBeGreaterThan(20);
    const limited = client.frames.find((frame) => frame.type === 'error' && frame.code === 'RATE_LIMITED');
    expect(limited).toMatchObject({ retryable: true, message: expect.stringContaining('token') });
    expect(await client.request({ type: 'ping', id: 'still' })).toMatchObject({ type: 'pong' });
  });
});
