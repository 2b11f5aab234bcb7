import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Place } from './place.js';
import { PublishLane } from './publish-lane.js';

const placeOf = (mark: string): Place => ({ epoch: 'epoch', number: 1, at: 1, mark });
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('PublishLane', () => {
  let lane: PublishLane;
  /** Calls, by what they carry. */
  let calls: { bodies: string[]; answer: () => void; fail: (error: Error) => void }[];
  /** What became of each publish, by its body. */
  let outcomes: Map<string, unknown>;
  let idle: number;

  beforeEach(() => {
    calls = [];
    outcomes = new Map();
    idle = 0;
    lane = new PublishLane(
      (publishes) =>
        new Promise((resolve, fail) => {
          const answer = () => {
            for (const { settle, body } of publishes) settle(placeOf(body));
            resolve();
          };
          calls.push({ bodies: publishes.map(({ body }) => body), answer, fail });
        }),
      () => (idle += 1),
    );
  });

  function add(body: string, deadline = Infinity): void {
    const settle = (outcome: unknown) => void outcomes.set(body, outcome);
    lane.add({ channel: 'c', once: undefined, size: 0, age: 0, body, deadline, settle });
  }

  it('sends at the end of the turn what came in it, and what comes meanwhile in the next call', async () => {
    for (const body of ['a', 'b']) add(body);
    expect(calls).toEqual([]);
    await turn();
    for (const body of ['c', 'd']) add(body);
    await turn();
    expect(calls.map(({ bodies }) => bodies)).toEqual([['a', 'b']]);
    calls[0]?.answer();
    await turn();
    expect(outcomes).toEqual(new Map([['a', placeOf('a')], ['b', placeOf('b')]])); // prettier-ignore
    expect(calls[1]?.bodies).toEqual(['c', 'd']);
    expect(idle).toBe(0);
    calls[1]?.answer();
    await turn();
    expect(idle).toBe(1);
  });

  it('sends 256 at once at most, and 256 KiB but for one', async () => {
    for (let n = 0; n < 258; n += 1) add(`${n}`);
    const long = [200_000, 60_000, 3_000, 300_000].map((length, n) => `${n}`.padEnd(length, 'x'));
    for (const body of long) add(body);
    for (let n = 0; n < 4; n += 1) {
      await turn();
      calls[n]?.answer();
    }
    expect(calls.map(({ bodies }) => bodies.length)).toEqual([256, 4, 1, 1]);
    expect(calls.flatMap(({ bodies }) => bodies)).toEqual([...Array.from({ length: 258 }, (_, n) => `${n}`), ...long]);
  });

  it('does not send what was given up, and says so', async () => {
    add('a');
    await turn();
    add('late', performance.now());
    add('in time');
    calls[0]?.answer();
    await turn();
    expect(calls[1]?.bodies).toEqual(['in time']);
    expect(outcomes.get('late')).toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('goes on after a call that failed, which all in it are told of', async () => {
    for (const body of ['a', 'b']) add(body);
    await turn();
    add('c');
    const error = new Error('READONLY');
    calls[0]?.fail(error);
    await turn();
    expect(outcomes).toEqual(new Map([['a', error], ['b', error]])); // prettier-ignore
    expect(calls[1]?.bodies).toEqual(['c']);
  });

  it('goes on behind publishes all of which were given up', async () => {
    add('a');
    await turn();
    for (let n = 0; n < 258; n += 1) add(`late ${n}`, performance.now());
    add('in time');
    calls[0]?.answer();
    await turn();
    expect(calls[1]?.bodies).toEqual(['in time']);
  });
});
