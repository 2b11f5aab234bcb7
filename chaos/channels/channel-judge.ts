import type { Violation } from '../violation.js';
import type { ChannelAccount, ChannelDelivered } from './channel-account.js';
import { Gaps } from './gaps.js';
import type { Publish, Publishes } from './publishes.js';
import type { Loss } from './redis-pair.js';

export type Resync = Extract<ChannelDelivered, { kind: 'resync' }>;
export type DeliveredMessage = Extract<ChannelDelivered, { kind: 'message' }>;

/** What faults explain. */
export interface Excuses {
  /** In which Redis may have lost what it acknowledged. */
  readonly losses: readonly Loss[];
  /** Whether one can have made a resync necessary. */
  readonly explain: (resync: Resync) => boolean;
}

/** Holds what was delivered to a subscriber of a channel against what was acknowledged to those who published. */
export function judgeChannel(account: ChannelAccount, publishes: Publishes, { losses, explain }: Excuses): Violation[] {
  const { name: subscriber, delivered, end, served } = account;
  if (end !== undefined) return [{ kind: 'ended', subscriber, detail: end }];
  if (served === undefined) return [{ kind: 'ended', subscriber, detail: 'It was never served.' }];
  const resyncs = delivered.filter((one) => one.kind === 'resync');
  const unexplained = resyncs.filter((resync) => !explain(resync));
  return [
    ...missing(account, publishes, served, losses),
    ...wrong(account, publishes),
    ...unexplained.map(({ reason, at }): Violation => ({ kind: 'unexplained resync', subscriber, detail: reason, at })),
  ];
}

/** What was acknowledged, and neither delivered nor within a gap that the subscriber was told of. */
function missing(account: ChannelAccount, publishes: Publishes, served: number, losses: readonly Loss[]): Violation[] {
  const gaps = new Gaps(account, publishes, losses);
  const known = new Set(account.delivered.flatMap((one) => (one.kind === 'message' ? [one.id] : [])));
  return publishes
    .of(account.channel)
    .filter(({ id, began, acknowledged }) => acknowledged !== undefined && began >= served && !known.has(id))
    .filter((publish) => !gaps.holds(publish))
    .map(({ id, began, acknowledged = began }) => ({
      kind: 'lost',
      subscriber: account.name,
      record: id,
      detail: `acknowledged after ${acknowledged - began} ms, and not delivered`,
      at: began,
    }));
}

/** What was delivered twice, before what came earlier, or without having been published here. */
function wrong(account: ChannelAccount, publishes: Publishes): Violation[] {
  const { name: subscriber, delivered, channel, asked } = account;
  const gaps = new Gaps(account, publishes);
  const first = new Map<string, DeliveredMessage>();
  const last = new Map<string, { publish: Publish; delivered: DeliveredMessage }>();
  return delivered.flatMap((one): Violation[] => {
    if (one.kind !== 'message') return [];
    const { id, at } = one;
    const about = { subscriber, record: id, at };
    const publish = publishes.get(id);
    if (publish?.channel !== channel || (publish.acknowledged ?? Infinity) < asked)
      return [{ ...about, kind: 'unexpected', detail: 'it was not published here, or before the subscription' }];
    const before = first.get(id);
    if (before) {
      const apart = at - before.at;
      return gaps.between(before.at, at) ? [] : [{ ...about, kind: 'duplicated', detail: `again after ${apart} ms` }];
    }
    first.set(id, one);
    const previous = last.get(publish.publisher);
    if (!previous || previous.publish.number < publish.number) last.set(publish.publisher, { publish, delivered: one });
    else if (!gaps.between(previous.delivered.at, at))
      return [{ ...about, kind: 'order', detail: `behind ${previous.publish.id}` }];
    return [];
  });
}

/** Where two subscribers of a channel got the same messages in another order. */
export function disorder(accounts: readonly ChannelAccount[], publishes: Publishes): Violation[] {
  return accounts.flatMap((one, place) =>
    accounts.slice(place + 1).flatMap((other) => (other.channel === one.channel ? differs(one, other, publishes) : [])),
  );
}

function differs(one: ChannelAccount, other: ChannelAccount, publishes: Publishes): Violation[] {
  const places = new Map<string, { place: number; at: number }>();
  other.delivered.forEach((delivered, place) => {
    if (delivered.kind === 'message' && !places.has(delivered.id))
      places.set(delivered.id, { place, at: delivered.at });
  });
  const [gaps, others] = [new Gaps(one, publishes), new Gaps(other, publishes)];
  let furthest: { id: string; place: number; at: number; otherAt: number } | undefined;
  const seen = new Set<string>();
  for (const delivered of one.delivered) {
    const there = delivered.kind === 'message' && !seen.has(delivered.id) ? places.get(delivered.id) : undefined;
    if (!there || delivered.kind !== 'message') continue;
    seen.add(delivered.id);
    if (furthest && there.place < furthest.place) {
      if (gaps.between(furthest.at, delivered.at) || others.between(there.at, furthest.otherAt)) continue;
      const detail = `behind ${furthest.id}, and before it for ${other.name}`;
      return [{ kind: 'order', subscriber: one.name, record: delivered.id, detail, at: delivered.at }];
    }
    furthest = { id: delivered.id, place: there.place, at: delivered.at, otherAt: there.at };
  }
  return [];
}
