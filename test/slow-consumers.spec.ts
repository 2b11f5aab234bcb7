import { afterEach, describe, expect, it } from '@jest/globals';
import { metric } from './support/health.js';
import { PATIENT } from './support/patient.js';
import { startService, type Service } from './support/service.js';
import { subscribe, type TestStream } from './support/test-stream.js';

const MIB = 1024 * 1024;
const TEXT = 'x'.repeat(100_000);
/** What the kernel holds for a socket that nobody reads is several MiB: this is well beyond it. */
const MOST_ROWS = 400;

describe('clients that stop reading table events', () => {
  let service: Service;
  afterEach(() => service.stop());

  it('are closed with 4430 without delay for others, and what waited for them is let go', async () => {
    const limit = MIB;
    service = await startService({ ...PATIENT, LIMIT_OUTBOX_BYTES: String(limit) });
    const [slow, other] = [await service.connect('slow'), await service.connect('other')];
    await subscribe(slow, { topic: 'rows' });
    const stream = await subscribe(other, { topic: 'rows' });
    slow.socket.pause();
    await writeUntilClosed([stream], limit);
    slow.socket.resume();
    expect((await slow.closed).code).toBe(4430);
    expect(await metric(service.gateway, 'edge_hive_outbox_bytes')).toBe(0);
    expect(await other.request({ type: 'ping', id: 'p' })).toMatchObject({ type: 'pong' });
  }, 60_000);

  it('are closed by what waits for all of them together, the one for whom most waits first', async () => {
    const limit = 8 * MIB;
    service = await startService({
      ...PATIENT,
      LIMIT_OUTBOX_BYTES: String(64 * MIB),
      LIMIT_OUTBOX_TOTAL_BYTES: String(limit),
    });
    const [most, less] = [await service.connect('most'), await service.connect('less')];
    await subscribe(most, { topic: 'rows' });
    const half = await subscribe(less, { topic: 'rows', filter: { half: 0 } });
    for (const { socket } of [most, less]) socket.pause();
    const rows = await writeUntilClosed([], limit);
    for (const { socket } of [most, less]) socket.resume();
    expect((await most.closed).code).toBe(4430);
    await half.take(Math.floor(rows / 2));
    expect(await metric(service.gateway, 'edge_hive_slow_consumers_total')).toBe(1);
    expect(await metric(service.gateway, 'edge_hive_outbox_bytes')).toBe(0);
  }, 60_000);

  /** @returns how many rows it took; each was told to `streams` before the next was written. */
  async function writeUntilClosed(streams: readonly TestStream[], limit: number): Promise<number> {
    for (let n = 1; n <= MOST_ROWS; n += 1) {
      const row = { n, half: n % 2, text: TEXT };
      await service.writer.query('CREATE rows CONTENT $row RETURN NONE', { row });
      for (const stream of streams) expect((await stream.next()).data).toMatchObject({ n });
      expect(await metric(service.gateway, 'edge_hive_outbox_bytes')).toBeLessThanOrEqual(limit);
      if ((await metric(service.gateway, 'edge_hive_slow_consumers_total')) > 0) return n;
    }
    throw new Error(`Nobody was closed in ${MOST_ROWS} rows`);
  }
});
