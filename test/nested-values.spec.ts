import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { answered } from '../chaos/answered.js';
import type { TestClient } from './support/client.js';
import { policyFile, type PolicyFile } from './support/policy-file.js';
import { startService, type Service } from './support/service.js';
import { subscribe } from './support/test-stream.js';
import { tokenOfText } from './support/tokens.js';

const API_KEY = 'key';
/** A server refuses what is too deep without naming the request, so that its SDK waits for ever. */
const REFUSAL_MS = 2_000;
/** Levels that a stack holds of some of what goes through a value, and not of other. */
const LEVELS = [60, 500, 1_000, 2_000, 3_000, 3_500, 4_500, 6_000, 12_000, 40_000];
const arrays = (levels: number) => `${'['.repeat(levels)}1${']'.repeat(levels)}`;
const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

/** Of each command a text with a value in a place where a client can put one. */
const COMMANDS: readonly ((value: string) => string)[] = [
  (value) => `{"type":"publish","id":"1","channel":"room:1","event":"said","data":${value}}`,
  (value) => `{"id":"2", "type":"publish","channel":"room:1","event":"said","data":${value}}`,
  (value) => `{"type":"presence","id":"3","channel":"room:1","state":{"of":${value}}}`,
  (value) => `{"type":"subscribe","id":"4","topic":"rows","filter":{"v":${value}}}`,
  (value) => `{"type":"subscribe","id":"5","topic":"rows","filter":{"v":{"in":[${value}]}}}`,
  (value) => `{"type":"subscribe","id":"6","topic":"rows","filter":{"or":${value}}}`,
  (value) => `{"type":"subscribe","id":"7","topic":"rows","filter":{"not":${value}}}`,
  (value) => `{"type":"subscribe","id":"8","topic":"rows","fields":${value}}`,
  (value) => `{"type":"subscribe","id":"9","topic":"rows","events":${value}}`,
  (value) => `{"type":"subscribe","id":"10","topic":"rows","snapshot":{"orderBy":${value}}}`,
  (value) => `{"type":"subscribe","id":"11","topic":"rows","since":${value}}`,
  (value) => `{"type":"unsubscribe","id":"12","stream":${value}}`,
  (value) => `{"type":"auth","id":"13","token":${value}}`,
  (value) => `{"type":"nothing","id":"14","what":${value}}`,
];

describe('values that are nested deeply', () => {
  let policy: PolicyFile;
  let service: Service;
  beforeAll(async () => {
    policy = await policyFile({
      topics: {
        rows: { read: 'authenticated' },
        owned: { read: 'authenticated', where: { owner: { in: '$claims.of' } } },
      },
      channels: { 'room:*': { subscribe: 'authenticated', publish: 'authenticated', history: { size: 10 } } },
    });
    service = await startService({
      POLICY_FILE: policy.path,
      API_KEY,
      LIMIT_COMMANDS_BURST: '10000',
      LIMIT_AUTH_PER_SECOND: '1000',
      LIMIT_PUBLISH_BYTES_PER_SECOND: '100000000',
    });
    await service.writer.query('DEFINE TABLE rows; DEFINE TABLE owned');
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await policy.remove();
  });

  const isUnharmed = async (client: TestClient) => {
    expect(await client.request({ type: 'ping', id: 'last' })).toMatchObject({ type: 'pong' });
    expect(client.frames.filter((frame) => frame.type === 'error' && frame.code === 'INTERNAL')).toEqual([]);
    expect(service.gateway.output).not.toMatch(/RangeError|\n {4}at /);
  };

  it.each(LEVELS)('are taken or refused in every field of a command: %d levels', async (levels) => {
    const client = await service.connect('user-1');
    await client.request({ type: 'subscribe', id: 'room', channel: 'room:1', presence: true });
    const values = [arrays(levels), objects(levels)].filter(({ length }) => length < 260_000);
    for (const value of values) {
      const from = client.frames.length;
      for (const command of COMMANDS) client.socket.send(command(value));
      await client.request({ type: 'ping', id: 'all' });
      const answers = client.frames.slice(from).flatMap((frame) => ('id' in frame ? [frame.id] : []));
      expect(answers).toEqual([...COMMANDS.map((_, n) => `${n + 1}`), 'all']);
    }
    await isUnharmed(client);
  });

  it.each(LEVELS)('are taken or refused over HTTP: %d levels', async (levels) => {
    const client = await service.connect('user-1');
    const post = async (path: string, body: string) => {
      const headers = { 'x-api-key': API_KEY, 'content-type': 'application/json' };
      return (await fetch(`${service.gateway.httpUrl}${path}`, { method: 'POST', headers, body })).status;
    };
    for (const value of [arrays(levels), objects(levels)].filter(({ length }) => length < 260_000)) {
      const publish = await post('/api/v1/channels/room:1/messages', `{"event":"said","data":${value}}`);
      expect([202, 400]).toContain(publish);
      expect(await post('/api/v1/tokens/revoke', `{"jti":${value}}`)).toBe(400);
      expect(await post('/api/v1/tokens/revoke', value)).toBe(400);
    }
    await isUnharmed(client);
  });

  it.each(LEVELS.slice(0, 5))('are claims up to 64 levels: a token has %d', async (levels) => {
    const client = await service.connect('user-1');
    const expires = Math.floor(Date.now() / 1_000) + 3_600;
    const token = tokenOfText(`{"sub":"user-1","exp":${expires},"of":${arrays(levels)}}`);
    const isTaken = levels < 64;
    const reply = await client.request({ type: 'auth', id: 'auth', token });
    expect(reply).toMatchObject(isTaken ? { type: 'authenticated' } : { code: 'UNAUTHENTICATED' });
    const own = await subscribe(client, { topic: 'owned', snapshot: true });
    expect(await own.snapshot()).toEqual([]);
    await isUnharmed(client);
  });

  it('are delivered of rows as deep as the database takes them', async () => {
    const client = await service.connect('user-1');
    const live = await subscribe(client, { topic: 'rows' });
    const others = [{ v: { ne: [1] } }, { v: { contains: [1] } }, { v: { nin: [[[1]], { a: { a: 1 } }] } }];
    for (const filter of others) await subscribe(client, { topic: 'rows', filter });
    let taken = 0;
    for (const levels of [10, 50, 100, 200, 400, 800, 1_600]) {
      for (const text of [arrays(levels), objects(levels)]) {
        const write = service.writer.query('CREATE rows SET v = $v', { v: JSON.parse(text) as unknown });
        const isTaken = await answered(write, REFUSAL_MS).then(
          () => true,
          () => false,
        );
        if (isTaken) taken += 1;
      }
    }
    expect(taken).toBeGreaterThan(3);
    await client.until(() => live.events.length === taken);
    const again = await subscribe(await service.connect('user-2'), { topic: 'rows', snapshot: true });
    expect(await again.snapshot()).toHaveLength(taken);
    await isUnharmed(client);
  });
});
