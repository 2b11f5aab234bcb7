import { FilterIndex } from '../../dist/filter/filter-index.js';
import { parseFilter } from '../../dist/filter/parse-filter.js';
import { edgeHive } from '../peers/edge-hive.mjs';

const LIMITS = { conditions: 16, depth: 4 };
const FILTERS = [10, 10_000, 100_000];
/** Filters of a first time, which is slower than those after it. */
const WARM_UP = 1_000;
const LOOK_UPS = 20_000;
const ROW = { text: 'x'.repeat(100), room: 5, kind: 'a', age: 52, name: 'n5x' };

/** The filter of a number; only number 5 is met by the row. The last can't be looked up. */
const KINDS = {
  equality: (n) => ({ room: n }),
  'two fields': (n) => ({ room: n, kind: 'a' }),
  in: (n) => ({ room: { in: [n, -n - 1, -n - 0.5] } }),
  range: (n) => ({ age: { gte: 10 * n, lt: 10 * n + 10 } }),
  prefix: (n) => ({ name: { startsWith: `n${n}x` } }),
  'ne, scanned': (n) => ({ room: { ne: n } }),
};
const SCANNED = 'ne, scanned';

/** The filter index by itself, in this process: what a table event doesn't show, since it costs a hundred times as much. */
export const lookUps = {
  name: 'look-ups',
  title: 'Finding the filters that a change may match among so many, and adding and removing one of them',
  peers: [edgeHive],
  columns: ['found', 'lookUp', 'added', 'removed'],
  async run(_, { report }) {
    for (const [kind, filterOf] of Object.entries(KINDS)) {
      measured(filterOf, WARM_UP);
      for (const count of FILTERS) {
        if (kind === SCANNED && count === FILTERS.at(-1)) continue;
        report({ case: `${kind}, ${count}`, ...measured(filterOf, count) });
      }
    }
  },
};

function measured(filterOf, count) {
  const conditions = Array.from({ length: count }, (_, n) => parseFilter(filterOf(n), LIMITS));
  const index = new FilterIndex();
  const add = timed(count, (n) => index.add(conditions[n], n));
  const found = index.candidates(ROW).size;
  const repeats = Math.max(10, Math.round(LOOK_UPS / found));
  timed(repeats, () => index.candidates(ROW));
  const lookUp = timed(repeats, () => index.candidates(ROW));
  const remove = timed(count, (n) => index.remove(n));
  return { found, lookUpMicroseconds: lookUp, addMicroseconds: add, removeMicroseconds: remove };
}

/** Microseconds of each. */
function timed(count, work) {
  const began = performance.now();
  for (let n = 0; n < count; n += 1) work(n);
  return ((performance.now() - began) / count) * 1_000;
}
