import type { Channels } from '../site.js';
import { tally } from '../tally.js';

/** What a run came to with channels over Redis. */
export function channelRows(channels: Channels | undefined): (readonly [string, string | number])[] {
  if (!channels) return [];
  const { party, redis } = channels;
  const { accounts, publishes } = party;
  const resyncs = accounts.flatMap(({ delivered }) =>
    delivered.flatMap((one) => (one.kind === 'resync' ? [one.reason] : [])),
  );
  return [
    ['publishes acknowledged', publishes.acknowledged],
    ['publishes of unknown outcome', publishes.unknown],
    ['subscribers of channels', accounts.length],
    ['messages delivered', accounts.reduce((sum, { messages }) => sum + messages, 0)],
    ['times that Redis may have lost something', redis.losses.length],
    ['resyncs of channels, by reason', tally(resyncs)],
    ['members whose machine ended with their gateway', party.deaths],
  ];
}
