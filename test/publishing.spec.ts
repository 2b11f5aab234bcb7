import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestClient } from './support/client.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { policyFile, type PolicyFile } from './support/policy-file.js';
import { JWT_SECRET, tokenOf } from './support/tokens.js';

const POLICY = {
  channels: {
    'desk:*': { subscribe: 'authenticated', publish: { role: 'writer' }, history: { size: 10 } },
    'wide:*': { subscribe: 'authenticated', publish: 'authenticated' },
  },
};

/** The same publish as clients write it, and in ways that are as right. */
const WAYS = [
  ['as usual', '{"type":"publish","id":"1","channel":"wide:a","event":"said","data":{"n":1}}'],
  ['with white space', '{ "type": "publish", "id": "1", "channel": "wide:a", "event": "said", "data": {"n":1} }'],
  ['in another order', '{"data":{"n":1},"event":"said","channel":"wide:a","id":"1","type":"publish"}'],
  ['with escapes', '{"type":"publish","id":"\\u0031","channel":"wide:\\u0061","event":"s\\u0061id","data":{"n":1}}'],
  ['with a field nobody knows', '{"type":"publish","id":"1","channel":"wide:a","event":"said","data":{"n":1},"x":[]}'],
] as const;

const REFUSED = [
  ['BAD_FRAME', /event/, '{"type":"publish","id":"1","channel":"wide:a","data":1}'],
  ['BAD_FRAME', /channel/, '{"type":"publish","id":"1","channel":"wide:\u0085","event":"e"}'],
  ['BAD_FRAME', /echo/, '{"type":"publish","id":"1","channel":"wide:a","event":"e","echo":"no"}'],
  ['FORBIDDEN', /channel/, '{"type":"publish","id":"1","channel":"closed","event":"e"}'],
  ['FORBIDDEN', /channel/, '{"type":"publish","id":"1","channel":"desk:a","event":"e"}'],
] as const;

describe('publishing', () => {
  let gateway: Gateway;
  let file: PolicyFile;
  beforeAll(async () => {
    file = await policyFile(POLICY);
    gateway = await startGateway({ JWT_SECRET, POLICY_FILE: file.path });
  }, 60_000);
  afterAll(() => gateway.stop());
  afterAll(() => file.remove());

  async function connect(sub: string, claims = {}): Promise<TestClient> {
    const client = await TestClient.connect(gateway.url, { token: tokenOf(sub, claims) });
    await client.next('welcome');
    return client;
  }

  it.each(WAYS)('delivers what is written %s', async (_, frame) => {
    const client = await connect('ann');
    await client.request({ type: 'subscribe', id: 's', channel: 'wide:a' });
    client.socket.send(frame);
    expect(await client.next('message')).toMatchObject({ event: 'said', data: { n: 1 }, from: 'ann' });
    expect(await client.reply('1')).toMatchObject({ type: 'ack' });
    await client.close();
  });

  it.each(REFUSED)('answers %s that names %s', async (code, message, frame) => {
    const client = await connect('ann');
    client.socket.send(frame);
    const refusal = await client.reply('1');
    expect(refusal).toMatchObject({ type: 'error', code });
    expect(refusal).toHaveProperty('message', expect.stringMatching(message));
    await client.close();
  });

  it('hands on data as it was written, numbers that JavaScript cannot hold included', async () => {
    const client = await connect('ann');
    await client.request({ type: 'subscribe', id: 's', channel: 'wide:a' });
    const texts: string[] = [];
    client.socket.on('message', (bytes: Buffer) => texts.push(bytes.toString()));
    const data = '{"id":12345678901234567890,"price":1.10,"text":"é\\u00e9\\ud83d\\ude00 😀"}';
    client.socket.send(`{"type":"publish","channel":"wide:a","event":"said","data":${data}}`);
    await client.next('message');
    expect(texts.at(-1)).toContain(`"data":${data},`);
    await client.close();
  });

  it('ends with the right to it, at once', async () => {
    const client = await connect('ann', { roles: ['writer'] });
    const publish = { type: 'publish', channel: 'desk:a', event: 'said', data: 1 };
    expect(await client.request({ ...publish, id: '1' })).toMatchObject({ type: 'ack' });
    expect(await client.request({ ...publish, id: '2' })).toMatchObject({ type: 'ack' });
    client.send({ type: 'auth', id: 'less', token: tokenOf('ann') });
    expect(await client.request({ ...publish, id: '3' })).toMatchObject({ type: 'error', code: 'FORBIDDEN' });
    client.send({ type: 'auth', id: 'more', token: tokenOf('ann', { roles: ['writer'] }) });
    expect(await client.request({ ...publish, id: '4' })).toMatchObject({ type: 'ack' });
    await client.close();
  });

  it('goes to more channels than are remembered', async () => {
    const client = await connect('ann');
    for (let round = 0; round < 2; round += 1) {
      for (let n = 0; n < 40; n += 1) {
        const id = `${round}-${n}`;
        const frame = { type: 'publish', id, channel: `wide:${n}`, event: 'said' };
        expect(await client.request(frame)).toMatchObject({ type: 'ack' });
      }
    }
    expect(await client.request({ type: 'publish', id: 'x', channel: 'closed', event: 'said' })).toMatchObject({
      type: 'error',
      code: 'FORBIDDEN',
    });
    await client.close();
  });
});
