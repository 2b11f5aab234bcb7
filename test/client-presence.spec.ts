import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Channel, type PresenceMember, RealtimeClient } from '@edge-hive/realtime-client';
import { WebSocket } from 'ws';
import { policyFile, type PolicyFile } from './support/policy-file.js';
import { startService, type Service } from './support/service.js';
import { tokenOf } from './support/tokens.js';
import { Wire } from './support/wire.js';

// One database is enough: presence asks it for nothing.

const API_KEY = 'a key of the tests';
const POLICY = {
  channels: {
    'room:*': { subscribe: 'authenticated', publish: 'authenticated' },
    'quiet:*': { subscribe: 'authenticated', publish: 'authenticated', presence: 'service' },
  },
};

describe('presence through the client library', () => {
  let service: Service;
  /** Where a presence ends soon after its connection. At the other, no test lives to see that. */
  let hasty: Service;
  let file: PolicyFile;
  let wire: Wire;
  let rooms = 0;
  let room: string;
  const clients: RealtimeClient[] = [];

  beforeAll(async () => {
    file = await policyFile(POLICY);
    const start = (grace: number) =>
      startService({ POLICY_FILE: file.path, API_KEY, PRESENCE_GRACE_MS: String(grace) });
    [service, hasty] = await Promise.all([start(600_000), start(300)]);
  }, 60_000);
  beforeEach(async () => {
    rooms += 1;
    room = `room:${rooms}`;
    wire = await Wire.to(service.gateway.url);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await wire.stop();
  });
  afterAll(() => Promise.all([service.stop(), hasty.stop()]));
  afterAll(() => file.remove());

  /** A client of a principal. Over the wire, a test can cut it off. */
  function connect(principal: string, url = service.gateway.url): RealtimeClient {
    const backoff = { baseDelay: 20, maxDelay: 100 };
    const client = new RealtimeClient(url, { WebSocket, token: tokenOf(principal), backoff });
    clients.push(client);
    return client;
  }

  const shown = (members: readonly PresenceMember[]) =>
    members.map(({ id, state }) => `${id} ${JSON.stringify(state)}`).sort();

  /** What one observer hears of who comes, changes and goes, in order, and a promise of when it sees these. */
  function observe(channel: Channel) {
    const heard: string[] = [];
    for (const name of ['join', 'update', 'leave'] as const) {
      channel.presence.on(name, ({ id, state }) => heard.push(`${name} ${id} ${JSON.stringify(state)}`));
    }
    const sees = async (...members: string[]) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (shown(channel.presence.members).join() === members.join()) resolve();
        };
        channel.presence.on('sync', look);
        look();
      });
    return { heard, sees };
  }

  /** An observer that knows that nobody is there. */
  async function observer(
    principal = 'watcher',
    url = service.gateway.url,
  ): Promise<ReturnType<typeof observe> & { channel: Channel }> {
    const channel = connect(principal, url).channel(room);
    const begun = new Promise((resolve) => channel.presence.on('sync', resolve));
    const observed = observe(channel);
    await begun;
    return { ...observed, channel };
  }

  it('shows others who comes, how that changes, and that it leaves', async () => {
    const { heard, sees } = await observer();
    const { presence } = connect('ann').channel(room);
    await presence.enter({ mood: 'new' });
    await sees('ann {"mood":"new"}');
    await presence.update({ mood: 'busy' });
    await sees('ann {"mood":"busy"}');
    await presence.leave();
    await sees();
    expect(heard).toEqual(['join ann {"mood":"new"}', 'update ann {"mood":"busy"}', 'leave ann {"mood":"busy"}']);
  });

  it('shows who is there already to one that comes, itself too', async () => {
    await connect('ann').channel(room).presence.enter({ n: 1 });
    const channel = connect('bob').channel(room);
    const { heard, sees } = observe(channel);
    await sees('ann {"n":1}');
    await channel.presence.enter({ n: 2 });
    await sees('ann {"n":1}', 'bob {"n":2}');
    const own = channel.presence.members.find(({ key }) => key === channel.presence.key);
    expect(own).toMatchObject({ id: 'bob', state: { n: 2 } });
    expect(heard).toEqual(['join bob {"n":2}']);
  });

  it('does not flicker when a connection breaks: neither the one that is there nor what it sees', async () => {
    const { heard, sees } = await observer();
    const client = connect('ann', wire.url);
    const { presence } = client.channel(room);
    const own = observe(client.channel(room));
    await presence.enter({ n: 0 });
    await sees('ann {"n":0}');
    await own.sees('ann {"n":0}');
    const [{ since } = { since: '' }] = presence.members;
    for (let n = 1; n <= 3; n += 1) {
      const opened = new Promise<void>((resolve) => {
        const off = client.on('state', ({ status }) => {
          if (status !== 'open') return;
          off();
          resolve();
        });
      });
      wire.cut();
      wire.mend();
      await opened;
      await presence.update({ n });
      await sees(`ann {"n":${n}}`);
      await own.sees(`ann {"n":${n}}`);
    }
    const expected = ['join ann {"n":0}', ...[1, 2, 3].map((n) => `update ann {"n":${n}}`)];
    expect([heard, own.heard]).toEqual([expected, expected]);
    expect(presence.members).toMatchObject([{ since }]);
  });

  it('ends when a connection breaks for good', async () => {
    const { heard, sees } = await observer('watcher', hasty.gateway.url);
    const breaking = await Wire.to(hasty.gateway.url);
    await connect('ann', breaking.url).channel(room).presence.enter({});
    await sees('ann {}');
    breaking.cut();
    await sees();
    await breaking.stop();
    expect(heard).toEqual(['join ann {}', 'leave ann {}']);
  });

  it('ends at once when a client is closed, and when it unsubscribes', async () => {
    const { heard, sees } = await observer();
    const [ann, bob] = [connect('ann'), connect('bob')];
    await ann.channel(room).presence.enter({});
    await bob.channel(room).presence.enter({});
    await sees('ann {}', 'bob {}');
    ann.close();
    await sees('bob {}');
    bob.channel(room).unsubscribe();
    await sees();
    expect(heard.slice(2)).toEqual(['leave ann {}', 'leave bob {}']);
  });

  it('has two tabs of one principal as two members and one principal, in numbers too', async () => {
    const { sees, channel } = await observer();
    const counts: unknown[] = [];
    const counting = connect('counter').channel(room).presence;
    const counted = (count: number) =>
      new Promise<void>((resolve) => counting.on('count', (now) => now.count === count && resolve()));
    counting.on('count', (now) => counts.push(now));
    const none = counted(0);
    await none;
    const two = counted(2);
    const tabs = [connect('ann'), connect('ann')] as const;
    await tabs[0].channel(room).presence.enter({ tab: 1 });
    await tabs[1].channel(room).presence.enter({ tab: 2 });
    await sees('ann {"tab":1}', 'ann {"tab":2}');
    await two;
    expect(channel.presence.count).toEqual({ count: 2, principals: 1 });
    expect(counting.count).toEqual({ count: 2, principals: 1 });
    const one = counted(1);
    tabs[0].close();
    await sees('ann {"tab":2}');
    await one;
    expect(counts.at(-1)).toEqual({ count: 1, principals: 1 });
    expect(counting.members).toEqual([]);
  });

  it('has what became of others meanwhile when an observer comes back', async () => {
    const channel = connect('watcher', wire.url).channel(room);
    const { heard, sees } = observe(channel);
    const [ann, bob, eve] = [connect('ann'), connect('bob'), connect('eve')] as const;
    await ann.channel(room).presence.enter({});
    await bob.channel(room).presence.enter({});
    await sees('ann {}', 'bob {}');
    heard.length = 0;
    wire.cut();
    await ann.channel(room).presence.leave();
    await bob.channel(room).presence.update({ mood: 'busy' });
    await eve.channel(room).presence.enter({});
    expect(shown(channel.presence.members)).toEqual(['ann {}', 'bob {}']);
    wire.mend();
    await sees('bob {"mood":"busy"}', 'eve {}');
    expect(heard).toEqual(['leave ann {}', 'update bob {"mood":"busy"}', 'join eve {}']);
  });

  it('is another one for another principal, and none before it enters', async () => {
    const { heard, sees } = await observer();
    const client = connect('ann');
    await client.channel(room).presence.enter({ n: 1 });
    await sees('ann {"n":1}');
    await client.auth(tokenOf('bob'));
    await sees();
    await client.channel(room).presence.enter({ n: 2 });
    await sees('bob {"n":2}');
    expect(heard).toEqual(['join ann {"n":1}', 'leave ann {"n":1}', 'join bob {"n":2}']);
  });

  it('says why where it may not be', async () => {
    const client = connect('ann');
    const { presence } = client.channel('quiet:1');
    await expect(presence.enter({})).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(client.channel(room).presence.enter({ text: 'x'.repeat(5_000) })).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
    });
    const reported = new Promise((resolve) => client.on('error', resolve));
    presence.on('sync', () => undefined);
    expect(await reported).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('is the same for all who look, and over HTTP, whatever came, changed, went and broke', async () => {
    const observers = [await observer(), await observer(), await observer()];
    const people = ['ann', 'bob', 'eve', 'dan'].flatMap((principal) => [
      connect(principal, wire.url).channel(room),
      connect(principal).channel(room),
    ]);
    for (let round = 0; round < 12; round += 1) {
      const said = people.map(({ presence }, index) =>
        (round + index) % 5 === 0 ? presence.leave() : presence.update({ round }),
      );
      if (round % 4 === 1) {
        wire.cut();
        wire.mend();
      }
      await Promise.all(said);
    }
    const rest = people.filter((_, index) => index % 3 !== 0);
    await Promise.all(
      people.map(({ presence }, index) => (index % 3 === 0 ? presence.leave() : presence.update({ index }))),
    );
    const expected = rest
      .map((channel) => `${principalOf(people.indexOf(channel))} {"index":${people.indexOf(channel)}}`)
      .sort();
    await Promise.all(observers.map(({ sees }) => sees(...expected)));
    const address = new URL(`/api/v1/channels/${room}/presence`, service.gateway.httpUrl);
    const answer = await fetch(address, { headers: { 'X-API-Key': API_KEY } });
    const { members } = (await answer.json()) as { members: PresenceMember[] };
    expect(shown(members)).toEqual(expected);
    const order = (all: readonly PresenceMember[]) => all.map(({ id, key, since }) => [id, key, since]);
    for (const { channel } of observers)
      expect(order(channel.presence.members)).toEqual(order(observers[0]?.channel.presence.members ?? []));
  }, 120_000);

  function principalOf(index: number): string {
    return ['ann', 'bob', 'eve', 'dan'][Math.floor(index / 2)] ?? '';
  }
});
