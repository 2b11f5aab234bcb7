import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startService, type Service } from './support/service.js';
import { subscribe } from './support/test-stream.js';

describe('a value that the database stores and can’t hand out', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
  }, 60_000);
  afterAll(() => service.stop());

  it('makes every stream resync, and stops nobody', async () => {
    const [one, other] = [await service.connect('user-1'), await service.connect('user-2')];
    const streams = [await subscribe(one, { topic: 'odd' }), await subscribe(other, { topic: 'even' })];
    await service.writer.query('CREATE odd:1; CREATE even:1');
    for (const stream of streams) await stream.next();
    await service.writer.query('CREATE odd:2 SET x = <regex>"a.*" RETURN NONE');
    for (const stream of streams) expect(await stream.frame('resync')).toMatchObject({ reason: 'unreadable' });
    await service.writer.query('CREATE odd:3; CREATE even:3');
    for (const stream of streams) {
      expect((await stream.next()).data.id).toBe(`${stream.subscribed.topic}:3`);
    }
    const even = await subscribe(await service.connect('user-3'), { topic: 'even', snapshot: true });
    expect(await even.snapshot()).toHaveLength(2);
  }, 30_000);

  it('is a gap that nobody can be told across', async () => {
    await service.writer.query('DEFINE TABLE poisoned CHANGEFEED 1h INCLUDE ORIGINAL');
    const first = await service.connect();
    const stream = await subscribe(first, { topic: 'gap' });
    await service.writer.query('CREATE gap:1');
    const { cursor } = await stream.next();
    await first.close();
    await service.writer.query('CREATE poisoned:1 SET x = <regex>"a.*" RETURN NONE');
    await service.writer.query('CREATE gap:2');
    const { epoch } = stream.subscribed;
    const resumed = await subscribe(await service.connect(), { topic: 'gap', since: cursor, epoch });
    expect(resumed.subscribed.recovered).toBe(false);
  }, 30_000);
});
