import type { FeedChange } from '../test/support/feed.js';
import type { Random } from './random.js';

export const OWNERS = ['alice', 'bob', 'carol'] as const;
export const ROOMS = ['red', 'green', 'blue'] as const;
const TAGS = ['a', 'b', 'c'] as const;
const ZONES = ['north', 'south'] as const;
const WORDS = ['lorem', 'ipsum', 'dolor', 'sit', 'amet', 'consetetur'] as const;

/** What the writers write, and what filters and policy look at. */
export interface Row {
  readonly writer: number;
  /** Of all that a writer writes, each has another one. */
  readonly version: number;
  readonly group: number;
  readonly n: number;
  readonly tag: string;
  readonly place: { readonly zone: string; readonly floor: number };
  readonly owner: string;
  readonly room: string;
  /** What nobody who is restricted may see. */
  readonly secret: string;
  readonly text: string;
}

export function newRow(random: Random, writer: number, version: number): Row {
  const owner = random.pick(OWNERS);
  return {
    writer,
    version,
    group: random.between(0, 9),
    n: random.between(0, 9),
    tag: random.pick(TAGS),
    place: { zone: random.pick(ZONES), floor: random.between(0, 3) },
    owner,
    room: random.pick(ROOMS),
    secret: `secret of ${owner}`,
    text: Array.from({ length: 8 }, () => random.pick(WORDS)).join(' '),
  };
}

/** Some fields as they would be in another row: records move in and out of filters, and between owners. */
export function changedRow(random: Random, row: Row, version: number): Row {
  const other = newRow(random, row.writer, version);
  switch (random.between(0, 4)) {
    case 0:
      return { ...row, version, group: other.group, n: other.n };
    case 1:
      return { ...row, version, owner: other.owner, secret: other.secret, room: other.room };
    case 2:
      return { ...row, version, tag: other.tag, place: other.place };
    case 3:
      return { ...row, version, text: other.text };
    default:
      return other;
  }
}

/** A record of the feed as the writers wrote it. */
export function rowOf({ after }: Pick<FeedChange, 'after'>): (Row & { readonly id: unknown }) | undefined {
  return after as (Row & { readonly id: unknown }) | undefined;
}
