import { describe, expect, it } from '@jest/globals';
import { RecordId } from 'surrealdb';
import { MetricsService } from '../metrics/metrics.service.js';
import { EventEncoder } from './event-encoder.js';
import { Gathering, type GatheringOptions } from './gathering.js';
import { streamSpec } from './stream-spec.js';
import { Stream } from './stream.js';

const MIB = 1024 * 1024;

function stream(request: { filter?: object; fields?: string[] } = {}): Stream {
  const spec = streamSpec({ topic: 't', ...request }, {}, { conditions: 16, depth: 4 });
  return new Stream('t', 's', spec, new EventEncoder('t'), new MetricsService(), () => undefined);
}

const rows = (from: number, count: number, text = 'x') =>
  Array.from({ length: count }, (_, n) => ({
    id: new RecordId('t', from + n),
    n: from + n,
    even: (from + n) % 2,
    text,
  }));

function gatheringOf(options: Partial<GatheringOptions> = {}, request: Parameters<typeof stream>[0] = {}) {
  const grown: number[] = [];
  const limits = { rows: 10_000, bytes: 8 * MIB };
  const all = { hidden: [], keepsIds: true, grew: (bytes: number) => void grown.push(bytes), ...options };
  return { grown, gathering: new Gathering(stream(request), limits, all) };
}

/** Hands it pages of a table of so many rows; answers how many each had. */
function readAll(gathering: Gathering, total: number, text?: string): number[] {
  const pages: number[] = [];
  let start = 0;
  for (let asked = gathering.first; asked > 0;) {
    const page = rows(start, Math.min(asked, total - start), text);
    start += page.length;
    pages.push(page.length);
    const next = gathering.take(page);
    if (page.length < asked) break;
    asked = next;
  }
  return pages;
}

describe('Gathering', () => {
  it('asks for one page where so many rows are wanted', () => {
    const { gathering } = gatheringOf({ limit: 50 });
    expect(readAll(gathering, 1_000)).toEqual([50]);
    expect([gathering.full, gathering.shown.length]).toEqual([true, 50]);
  });

  it('asks for larger pages of small rows', () => {
    expect(readAll(gatheringOf().gathering, 9_000)).toEqual([128, 2_048, 6_824]);
  });

  it('asks for smaller pages of large rows, also where little of them is shown', () => {
    for (const request of [{}, { fields: ['n'] }]) {
      const pages = readAll(gatheringOf({}, request).gathering, 300, 'x'.repeat(20_000));
      expect(Math.max(...pages.slice(1))).toBeLessThan(110);
    }
  });

  it('goes on until so many rows match, and shows none too many', () => {
    const { gathering } = gatheringOf({ limit: 100 }, { filter: { even: 0 } });
    expect(readAll(gathering, 1_000)).toEqual([100, 128]);
    expect(gathering.shown).toHaveLength(100);
    expect(gathering.full).toBe(true);
  });

  it('looks at four times as many rows as a snapshot may have, at most, and says so', () => {
    const { gathering } = gatheringOf({ limit: 5 }, { filter: { n: -1 } });
    expect(() => readAll(gathering, 1_000_000)).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED', message: expect.stringContaining('40000 rows') as unknown }),
    );
    const pages = readAll(gatheringOf({ limit: 5 }, { filter: { n: -1 } }).gathering, 39_000);
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.length).toBeLessThan(20);
  });

  it('refuses more rows than a snapshot may have, and as many bytes', () => {
    const many = gatheringOf().gathering;
    readAll(many, 10_001);
    expect(() => many.finish()).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
    const { gathering, grown } = gatheringOf();
    expect(() => readAll(gathering, 1_000, 'x'.repeat(20_000))).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED', message: expect.stringContaining('bytes') as unknown }),
    );
    expect(grown.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(8.2 * MIB);
  });

  it('tells the bytes of all frames that it made', () => {
    const { gathering, grown } = gatheringOf();
    readAll(gathering, 3_000);
    const weights = gathering.finish().map(({ weight }) => weight);
    expect(grown).toEqual(weights);
  });
});
