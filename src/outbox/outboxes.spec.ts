import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { encoded } from '../../test/support/frame-of.js';
import { HeldBytes } from '../delivery/held-bytes.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { Batch } from './batch.js';
import { Outboxes, type Flushable } from './outboxes.js';

const MIB = 1024 * 1024;
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('Outboxes', () => {
  let clock = 0;
  let flushed: string[] = [];
  let outboxes: Outboxes;

  beforeEach(() => {
    clock = 1_000;
    flushed = [];
    jest.spyOn(performance, 'now').mockImplementation(() => clock);
    outboxes = new Outboxes(new HeldBytes({ each: MIB, outbox: MIB, total: MIB }), new MetricsService());
  });
  afterEach(() => void jest.restoreAllMocks());

  /** Outboxes whose flush writes so many frames at once and takes so long, in ms. */
  function schedule(name: string, count: number, { frames = 1, takes = 0.05 } = {}): void {
    let batch = Batch.root();
    for (let n = 0; n < frames; n += 1) batch = batch.with(encoded({ type: 'pong', time: '' }));
    for (let n = 0; n < count; n += 1) {
      const flush = () => {
        flushed.push(name);
        clock += takes;
        outboxes.wrote(batch);
      };
      // All that is asked of an outbox here; sockets are for its own tests.
      outboxes.schedule({ flush } as Partial<Flushable> as Flushable);
    }
  }

  const count = (name: string) => flushed.filter((other) => other === name).length;

  it('flush all of a tick at its end', async () => {
    schedule('a', 30);
    expect(flushed).toEqual([]);
    await turn();
    expect(count('a')).toBe(30);
  });

  it('let the event loop have its turns while many are flushed, and flush each once', async () => {
    schedule('many', 1_000);
    let turns = 0;
    for (; count('many') < 1_000; turns += 1) await turn();
    expect(turns).toBeGreaterThan(10);
    await turn();
    expect(count('many')).toBe(1_000);
  });

  it('write for as long as the turns take in which much is read', async () => {
    schedule('many', 1_000);
    let turns = 0;
    for (; count('many') < 1_000; turns += 1) {
      await turn();
      clock += 20;
    }
    expect(turns).toBeLessThan(5);
  });

  it('flush few ahead of the many that are under way', async () => {
    schedule('many', 1_000);
    await turn();
    schedule('few', 3);
    await turn();
    expect(count('few')).toBe(3);
    expect(count('many')).toBeLessThan(200);
    while (count('many') < 1_000) await turn();
    expect(flushed).toHaveLength(1_003);
  });

  it('flush many behind the many that are under way', async () => {
    schedule('first', 500);
    await turn();
    schedule('second', 500);
    while (flushed.length < 1_000) await turn();
    expect(flushed.lastIndexOf('first')).toBeLessThan(flushed.indexOf('second'));
  });

  it('go through all in one turn under load, when each has several frames to write', async () => {
    schedule('sparse', 1_000);
    while (count('sparse') < 1_000) await turn();
    // How dense the load is shows in the flush before.
    schedule('dense', 1_000, { frames: 8 });
    while (count('dense') < 1_000) await turn();
    clock += 1_000;
    schedule('dense again', 1_000, { frames: 8 });
    await turn();
    expect(count('dense again')).toBe(1_000);
  });

  it('flush what is sent while they flush', async () => {
    schedule('first', 1);
    const late = { flush: () => flushed.push('late') } as Partial<Flushable> as Flushable;
    outboxes.schedule({ flush: () => outboxes.schedule(late) } as Partial<Flushable> as Flushable);
    schedule('many', 200);
    while (count('many') < 200) await turn();
    await turn();
    expect(count('late')).toBe(1);
  });
});
