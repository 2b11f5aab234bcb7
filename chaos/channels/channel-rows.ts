import type { FaultInjector } from '../fault-injector.js';
import type { Channels } from '../site.js';
import { percentile } from '../percentile.js';
import { tally } from '../tally.js';
import { lossesOf } from './channel-findings.js';

/** What a run came to with channels of several processes. */
export function channelRows(
  channels: Channels | undefined,
  { made }: FaultInjector,
): (readonly [string, string | number])[] {
  if (!channels) return [];
  const { party } = channels;
  const { accounts, publishes, sightings } = party;
  const delays = [0.5, 0.99].map((part) => Math.round(percentile(sightings.delays, part)));
  const resyncs = accounts.flatMap(({ delivered }) =>
    delivered.flatMap((one) => (one.kind === 'resync' ? [one.reason] : [])),
  );
  return [
    ['publishes acknowledged', publishes.acknowledged],
    ['publishes of unknown outcome', publishes.unknown],
    ['subscribers of channels', accounts.length],
    ['messages delivered', accounts.reduce((sum, { messages }) => sum + messages, 0)],
    ['times that something may have been lost', lossesOf(channels, made).length],
    ['resyncs of channels, by reason', tally(resyncs)],
    ['states of members seen', sightings.delays.length],
    ['seen after they were acknowledged, p50 and p99 ms', delays.join(', ')],
    ['members whose machine ended with their gateway', party.deaths],
  ];
}
