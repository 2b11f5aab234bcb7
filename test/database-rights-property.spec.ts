import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { schema, write } from './support/permission-arbitraries.js';
import { RightsWorld } from './support/rights-world.js';

/** Schemas that are drawn. Beyond so many milliseconds no further one is begun. */
const CASES = Number(process.env.RIGHTS_CASES ?? 500);
const TIME_MS = Number(process.env.RIGHTS_CASES_MS ?? 120_000);
const SEED = Number(process.env.RIGHTS_SEED ?? Date.now() % 2 ** 31);
/** Worlds that go side by side, each with a seed of its own, the first with this one. */
const WORLDS = Number(process.env.RIGHTS_WORLDS ?? 2);

describe('rights from permissions, beside what SurrealDB itself shows', () => {
  let worlds: readonly RightsWorld[] = [];
  beforeAll(async () => {
    worlds = await Promise.all(Array.from({ length: WORLDS }, () => RightsWorld.open()));
  }, 300_000);
  afterAll(() => Promise.all(worlds.map((world) => world.close())));

  it(
    'end with what each principal selects, and never say what it could not',
    async () => {
      await Promise.all(worlds.map((world, n) => run(world, SEED + n)));
      const seen = sumOf(worlds.map((world) => world.seen));
      // It would say nothing if nobody saw anything, or all saw everything.
      for (const [what, count] of Object.entries(seen)) expect(`${what}: ${count}`).not.toMatch(/: 0$/);
      // eslint-disable-next-line no-console -- how many cases were drawn is the result of a long run
      console.log(JSON.stringify({ ...seen, seed: SEED, worlds: WORLDS }));
    },
    TIME_MS + 60_000,
  );
});

async function run(world: RightsWorld, seed: number): Promise<void> {
  const writes = fc.array(write, { minLength: 4, maxLength: 12 });
  const end = performance.now() + TIME_MS;
  await fc.assert(
    // One that has begun is not interrupted: what came of its writes would be held against what nobody has looked at yet.
    fc.asyncProperty(schema, writes, async (drawn, texts) => {
      if (performance.now() < end) await world.check(drawn, texts);
    }),
    {
      numRuns: Math.ceil(CASES / WORLDS),
      seed,
      endOnFailure: true,
      reporter: ({ failed, errorInstance }) => {
        if (failed) throw new Error(`with RIGHTS_SEED=${seed} RIGHTS_WORLDS=1: ${(errorInstance as Error).message}`);
      },
    },
  );
  world.checkFrames();
}

function sumOf<Counts extends Readonly<Record<string, number>>>(all: readonly Counts[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const counts of all) for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}
