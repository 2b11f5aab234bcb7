import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestClient } from './support/client.js';
import { startService, type Service } from './support/service.js';
import { subscribe } from './support/test-stream.js';

const CLIENTS = 20;
/** Of each of these clients. Four of them are read at a time, or wait to be read. */
const SNAPSHOTS = 8;
/** Snapshots that are read at a time, of all clients. */
const AT_ONCE = 8;

describe('snapshots', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
    await service.writer.query('FOR $n IN 0..3000 { CREATE many SET n = $n RETURN NONE }; CREATE few:1');
  }, 60_000);
  afterAll(() => service.stop());

  it.each([
    ['few', { topic: 'few', snapshot: true }],
    // Which the other one has asked for, too.
    ['many', { topic: 'many', filter: { n: { gte: -2 - (CLIENTS - 1) * SNAPSHOTS } }, snapshot: true }],
  ])(
    'are read for one principal in its turn, however many wait for another',
    async (_, request) => {
      const greedy = await Promise.all(Array.from({ length: CLIENTS }, () => service.connect('greedy')));
      const bystander = await service.connect('bystander');
      const asked = greedy.flatMap((client, c) =>
        Array.from({ length: SNAPSHOTS }, (_, s) => {
          const filter = { n: { gte: -2 - c * SNAPSHOTS - s } };
          return client.request({ type: 'subscribe', id: `${s}`, topic: 'many', filter, snapshot: true });
        }),
      );
      await Promise.all(asked);
      const before = shownTo(greedy);
      const stream = await subscribe(bystander, request);
      await stream.snapshot();
      // Those that were being read, and one more for each that is read before its own turn comes.
      expect(shownTo(greedy) - before).toBeLessThan(4 * AT_ONCE);
      await Promise.all([...greedy, bystander].map((client) => client.close()));
    },
    120_000,
  );
});

/** How many snapshots have come to an end. */
function shownTo(clients: readonly TestClient[]): number {
  const frames = clients.flatMap((client) => client.frames);
  return frames.filter((frame) => frame.type === 'snapshot' && frame.last).length;
}
