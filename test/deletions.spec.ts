import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { TestClient } from './support/client.js';
import { policyFile, type PolicyFile } from './support/policy-file.js';
import { startService, type Service } from './support/service.js';
import { allTold, subscribe, type TestStream } from './support/test-stream.js';

/** The machine may be busy; what is awaited has a shorter deadline of its own. */
jest.setTimeout(20_000);

const ROW = { room: 'general', text: 'Hello', address: { city: 'Oslo', zip: 1 } };

describe('deletions', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
  }, 60_000);
  afterAll(() => service.stop());

  it('carry the whole record or the id alone, and say which, whoever else is subscribed', async () => {
    const client = await service.connect();
    const all = await subscribe(client, { topic: 'images' });
    await writeAndDelete('images:alone');
    const [alone] = await deletionsOf(all, 1);
    const other = await service.connect();
    const filtered = await subscribe(other, { topic: 'images', filter: { room: 'general', 'address.city': 'Oslo' } });
    const selected = await subscribe(other, { topic: 'images', fields: ['text', 'address.zip'] });
    await writeAndDelete('images:watched');
    await allTold(service, client, other);
    const [, watched] = await deletionsOf(all, 2);
    const whole = (id: string) => ({ action: 'DELETE', data: { id, ...ROW } });
    const onlyId = (id: string) => ({ action: 'DELETE', data: { id }, known: 'id' });
    const hasImage = alone?.known === undefined;
    expect(hasImage).toBe(process.env.SURREAL_BIN !== undefined);
    const expected = hasImage ? whole : onlyId;
    expect(seen(alone)).toEqual(expected('images:alone'));
    expect(seen(watched)).toEqual(expected('images:watched'));
    expect(seen((await deletionsOf(filtered, 1))[0])).toEqual(expected('images:watched'));
    const picked = { ...whole('images:watched'), data: { id: 'images:watched', text: 'Hello', address: { zip: 1 } } };
    expect(seen((await deletionsOf(selected, 1))[0])).toEqual(hasImage ? picked : onlyId('images:watched'));
  });

  it('of a table without a changefeed carry the whole record', async () => {
    const viewer = await startService({ SURREAL_MANAGE_CHANGEFEEDS: 'off' });
    try {
      await viewer.writer.query('DEFINE TABLE bare');
      const client = await viewer.connect();
      const all = await subscribe(client, { topic: 'bare' });
      await subscribe(client, { topic: 'bare', filter: { room: 'general' } });
      await viewer.writer.query('CREATE bare:1 CONTENT $row', { row: ROW });
      await viewer.writer.query('DELETE bare:1');
      const [deleted] = await deletionsOf(all, 1);
      expect(seen(deleted)).toEqual({ action: 'DELETE', data: { id: 'bare:1', ...ROW } });
    } finally {
      await viewer.stop();
    }
  }, 60_000);

  async function writeAndDelete(id: string): Promise<void> {
    await service.writer.query(`CREATE ${id} CONTENT $row`, { row: ROW });
    await service.writer.query(`DELETE ${id}`);
  }
});

type Event = TestStream['events'][number];

async function deletionsOf(stream: TestStream, count: number): Promise<readonly Event[]> {
  const deletions = () => stream.events.filter(({ action }) => action === 'DELETE');
  await stream.client.until(() => deletions().length >= count);
  return deletions();
}

/** What an event says of its record. */
function seen(event: Event | undefined): object {
  if (!event) throw new Error('There is no event.');
  const { action, data, known } = event;
  return { action, data, ...(known !== undefined && { known }) };
}

describe('deletions under a policy, beside one whose filters name 70 fields', () => {
  const topics = {
    marks: { read: 'authenticated' },
    open: { read: 'authenticated' },
    notes: { read: 'authenticated', where: { owner: '$principal.id' } },
  };
  let service: Service;
  let file: PolicyFile;
  beforeAll(async () => {
    file = await policyFile({ topics });
    service = await startService({ POLICY_FILE: file.path });
  }, 60_000);
  afterAll(() => service.stop());
  afterAll(() => file.remove());

  it('are delivered to others as if it was not there, and to that one as well as can be', async () => {
    const [before, after] = [await service.connect('ann'), await service.connect('ann')];
    const filters = [{ room: 'a' }, { text: { startsWith: 'x' } }];
    const watch = async (client: TestClient) => ({
      open: await Promise.all(filters.map((filter) => subscribe(client, { topic: 'open', filter }))),
      notes: await Promise.all(filters.map((filter) => subscribe(client, { topic: 'notes', filter }))),
    });
    const watching = [await watch(before)];
    const eve = await service.connect('eve');
    const hers = [];
    for (let n = 0; n < 5; n += 1) {
      const filter = Object.fromEntries(
        Array.from({ length: 14 }, (_, field) => [`f${n}_${field}`, { exists: false }]),
      );
      for (const topic of ['open', 'notes']) hers.push(await subscribe(eve, { topic, filter }));
    }
    watching.push(await watch(after));
    for (const topic of ['open', 'notes']) {
      await service.writer.query(`
        CREATE ${topic}:a SET owner = 'ann', room = 'a', text = 'y';
        CREATE ${topic}:b SET owner = 'ann', room = 'b', text = 'x';
        CREATE ${topic}:e SET owner = 'eve', room = 'a', text = 'x';
      `);
      await service.writer.query(`DELETE ${topic}`);
    }
    await allTold(service, before, after, eve);
    const deleted = ({ events }: TestStream) =>
      events.filter(({ action }) => action === 'DELETE').map(({ data }) => data.id);
    for (const { open, notes } of watching) {
      expect(open.map((stream) => deleted(stream).sort())).toEqual([
        ['open:a', 'open:e'],
        ['open:b', 'open:e'],
      ]);
      expect(notes.map(deleted)).toEqual([['notes:a'], ['notes:b']]);
      for (const { frames } of [...open, ...notes]) expect(frames.map(({ type }) => type)).not.toContain('resync');
    }
    for (const stream of hers) {
      const ids = stream.subscribed.topic === 'open' ? ['open:a', 'open:b', 'open:e'] : ['notes:e'];
      expect(deleted(stream).sort()).toEqual(ids);
      expect(stream.frames.map(({ type }) => type)).not.toContain('resync');
    }
  });
});
