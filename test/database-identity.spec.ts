import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Surreal } from 'surrealdb';
import { startDatabase } from './support/database.js';
import { startService, type Service } from './support/service.js';
import { subscribe, type TestStream } from './support/test-stream.js';

describe('a database that is another than before', () => {
  let service: Service;
  afterEach(() => service.stop());

  it('makes every stream resync when it was killed and is empty, and goes on', async () => {
    service = await startService({}, await startDatabase());
    const streams = await subscribeToAll(service);
    service.database.process.kill('SIGKILL');
    await expectResyncThenEvents(streams, () => service.database.connect());
  }, 60_000);

  it('makes every stream resync when it was removed and defined again, and goes on', async () => {
    service = await startService();
    const { writer, database } = service;
    const streams = await subscribeToAll(service);
    await writer.query(`REMOVE DATABASE IF EXISTS ${database.database}; DEFINE DATABASE ${database.database}`);
    await expectResyncThenEvents(streams, () => Promise.resolve(writer));
  }, 60_000);

  it('makes every stream resync when it was set back to an older copy of its folder, and goes on', async () => {
    service = await startService({}, await startDatabase({ folder: true }));
    const { database } = service;
    const streams = await subscribeToAll(service);
    const backup = await mkdtemp(join(tmpdir(), 'edge-hive-'));
    await database.restart((folder) => cp(folder, backup, { recursive: true }));
    const writer = await database.connect();
    await writer.query('CREATE filled:3 SET n = 1; CREATE other:3');
    for (const stream of streams) await stream.next();
    await database.restart(async (folder) => {
      await rm(folder, { recursive: true });
      await rename(backup, folder);
    });
    for (const stream of streams) await stream.frame('resync');
    const restored = await database.connect();
    await restored.query('CREATE filled:2 SET n = 1; CREATE other:2');
    for (const stream of streams) {
      await stream.client.until(() => stream.told.includes(`CREATE ${stream.subscribed.topic}:2`));
      const types = stream.frames.map(({ type }) => type);
      // What the copy holds from its last moments may be told once more behind the resync, as to anybody who comes back.
      expect(types.slice(0, 3)).toEqual(['event', 'event', 'resync']);
      expect(types.slice(3)).not.toContain('resync');
    }
  }, 60_000);
});

/** Streams of two tables, a filtered one among them, that have told something. */
async function subscribeToAll(service: Service): Promise<readonly TestStream[]> {
  const [one, other] = [await service.connect('user-1'), await service.connect('user-2')];
  const streams = [
    await subscribe(one, { topic: 'filled' }),
    await subscribe(one, { topic: 'filled', filter: { n: 1 } }),
    await subscribe(other, { topic: 'other' }),
  ];
  await service.writer.query('CREATE filled:1 SET n = 1; CREATE other:1');
  for (const stream of streams) await stream.next();
  return streams;
}

async function expectResyncThenEvents(streams: readonly TestStream[], connect: () => Promise<Surreal>): Promise<void> {
  for (const stream of streams) await stream.frame('resync');
  const writer = await connect();
  await writer.query('CREATE filled:2 SET n = 1; CREATE other:2');
  for (const stream of streams) {
    expect(await stream.next()).toMatchObject({ action: 'CREATE', data: { id: `${stream.subscribed.topic}:2` } });
    expect(stream.frames.map(({ type }) => type)).toEqual(['event', 'resync', 'event']);
  }
}
