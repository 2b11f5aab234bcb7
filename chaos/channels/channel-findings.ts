import { until } from '../../test/support/poll.js';
import type { FaultInjector } from '../fault-injector.js';
import type { Channels, Site } from '../site.js';
import type { Violation } from '../violation.js';
import { percentile } from '../percentile.js';
import { attendance } from './attendance.js';
import { isKept } from './casting.js';
import type { ChannelAccount, ChannelDelivered } from './channel-account.js';
import { disorder, judgeChannel, type Excuses, type Resync } from './channel-judge.js';
import type { Party } from './party.js';
import type { Loss } from './redis-pair.js';

/** What is missed without any other sign shows after ten seconds. */
const SETTLE_MS = 45_000;
/** In which those who look at a channel agree about it, while nothing is broken. */
const SEEN_MS = 2_000;
/** How long after a fault a subscriber can still be told of what it did: it may have been away itself. */
const AFTERMATH_MS = 30_000;
/** For how long after a resync the client library takes a reconnect for one behind which more is missing. */
const DOUBT_MS = 15_000;

/** Holds channels against what those who published know, and against who is there, once nothing more is published. */
export async function channelFindings(
  { channels, slots }: Site,
  injector: FaultInjector,
  interrupted: AbortSignal,
): Promise<Violation[]> {
  if (!channels) return [];
  const { party } = channels;
  const gateways = slots.flatMap(({ url }) => url ?? []);
  const present = attendance(party, gateways, interrupted);
  let wrong: Violation[] = [];
  const look = () => {
    wrong = [
      ...party.accounts.flatMap((account) =>
        judgeChannel(account, party.publishes, excuses(account, channels, injector)),
      ),
      ...disorder(party.accounts, party.publishes),
    ];
    return wrong.length === 0 || interrupted.aborted;
  };
  await until(look, SETTLE_MS).catch(() => undefined);
  return [...wrong, ...(await present), ...slowSightings(party)];
}

/** By the median, which neither a fault decides nor a machine that is slow at times. */
function slowSightings({ sightings: { delays } }: Party): Violation[] {
  const median = percentile(delays, 0.5);
  if (median <= SEEN_MS) return [];
  return [{ kind: 'wrong presence', subscriber: 'all', detail: `Half of the states were seen after ${median} ms.` }];
}

/**
 * What is missed of a channel with a history can be read again, unless it was lost: one resync for each time that it has. Of
 * another channel, whatever breaks a connection can make a gap.
 */
function excuses({ channel, delivered }: ChannelAccount, channels: Channels, { made }: FaultInjector): Excuses {
  const losses = lossesOf(channels, made);
  const causes = isKept(channel) ? losses : made;
  const explain = (resync: Resync): boolean => {
    const possible = causes.filter(({ began, ended }) => began <= resync.at && ended + AFTERMATH_MS >= resync.at);
    if (!isKept(channel) || isInDoubt(resync, delivered)) return possible.length > 0;
    const begun = possible[0]?.began ?? Infinity;
    const earlier = delivered.filter((one) => one.kind === 'resync' && one.at >= begun && one.at < resync.at);
    return earlier.filter((one) => one.kind === 'resync' && !isInDoubt(one, delivered)).length < possible.length;
  };
  return { losses, explain };
}

/** Times in which what was acknowledged may have been lost: by Redis, or with the process that has the channels. */
export function lossesOf({ redis }: Channels, made: FaultInjector['made']): readonly Loss[] {
  return redis?.losses ?? made.filter(({ fault }) => fault.kind === 'gateway killed');
}

/** A reconnect so soon after a resync that the server which is gone may have put off to say that more is missing. */
function isInDoubt(resync: Resync, delivered: readonly ChannelDelivered[]): boolean {
  const before = delivered.slice(0, delivered.indexOf(resync));
  const last = before.findLast(({ kind }) => kind === 'resync');
  const heardAt = before.at(-1)?.at ?? 0;
  return resync.reason === 'reconnected' && last !== undefined && heardAt - last.at < DOUBT_MS;
}
