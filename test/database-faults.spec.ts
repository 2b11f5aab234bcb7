import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startDatabase } from './support/database.js';
import { expectEveryChange } from './support/deliveries.js';
import { untilDown, untilReady } from './support/health.js';
import { startService, type Service } from './support/service.js';
import { subscribe, type TestStream } from './support/test-stream.js';
import { Writers } from './support/writers.js';

const FREEZE_MS = 7_000;

describe('a database in a folder', () => {
  let service: Service;
  let streams: { everything: TestStream; some: TestStream };
  afterEach(() => service.stop());

  it('is killed and started again under four writers: every change is delivered, once, in the order of its record', async () => {
    const writers = await start(4);
    for (let kills = 0; kills < 2; kills += 1) {
      await writers.more(100);
      service.database.process.kill('SIGKILL');
    }
    await writers.more(100);
    await writers.stop();
    await expectAllTold();
  }, 60_000);

  it('is frozen in the middle of the commits of sixteen writers: nothing is lost', async () => {
    const writers = await start(16, { SURREAL_TIMEOUT_MS: '1000' });
    await writers.more(300);
    const thaw = delay(FREEZE_MS);
    service.database.process.kill('SIGSTOP');
    await untilDown(service.gateway, /no answer/);
    await thaw;
    service.database.process.kill('SIGCONT');
    await untilReady(service.gateway);
    await writers.more(300);
    await writers.stop();
    await expectAllTold();
  }, 60_000);

  async function start(count: number, env: Readonly<Record<string, string>> = {}): Promise<Writers> {
    service = await startService(env, await startDatabase({ folder: true }));
    const [one, other] = [await service.connect('user-1'), await service.connect('user-2')];
    streams = {
      everything: await subscribe(one, { topic: 'written' }),
      some: await subscribe(other, { topic: 'written', filter: { writer: 1 } }),
    };
    return new Writers(service.database, 'written', count);
  }

  async function expectAllTold(): Promise<void> {
    expect(streams.everything.subscribed.durable).toBe(true);
    await expectEveryChange(service.database, streams.everything);
    await expectEveryChange(service.database, streams.some, ({ id }) => id.includes(':w1_'));
    // Nobody was disconnected.
    for (const { client } of Object.values(streams)) {
      expect(await client.request({ type: 'ping', id: 'p' })).toMatchObject({ type: 'pong' });
    }
  }
});
