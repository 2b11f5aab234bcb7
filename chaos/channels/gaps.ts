import type { ChannelAccount } from './channel-account.js';
import type { Publish, Publishes } from './publishes.js';
import type { Loss } from './redis-pair.js';

/** For how long the server can put a resync off that follows another one, in ms, and half a second more. */
const PUT_OFF_MS = 5_500;

/** What Redis has lost shows at the next message, or the next look at the channel: and then a resync can be put off. */
const TOLD_MS = 20_000;

interface Gap {
  /** When the last message that was told before it was published. */
  readonly from: number;
  /** When the subscriber was told of it. */
  readonly at: number;
}

/** The gaps in what was delivered to a subscriber, of which a resync told it. */
export class Gaps {
  private readonly gaps: readonly Gap[];

  /** @param losses times in which Redis may have lost what it acknowledged: whoever missed that is told later */
  constructor(
    { delivered, asked }: ChannelAccount,
    publishes: Publishes,
    private readonly losses: readonly Loss[] = [],
  ) {
    let before = -Infinity;
    this.gaps = delivered.flatMap((one, place): Gap[] => {
      if (one.kind !== 'resync') return [];
      const { at } = one;
      const latest = at - before < PUT_OFF_MS ? at - PUT_OFF_MS : at;
      before = at;
      const last = delivered.slice(0, place).findLast((other) => other.kind === 'message' && other.at <= latest);
      const from = last?.kind === 'message' ? publishes.get(last.id)?.began : undefined;
      return [{ from: from ?? asked, at }];
    });
  }

  /** Whether a publish can have fallen into one. */
  holds({ began, acknowledged = Infinity }: Publish): boolean {
    if (this.gaps.some(({ from, at }) => began <= at && acknowledged >= from)) return true;
    const loss = this.losses.find((each) => began <= each.ended && acknowledged >= each.began);
    return loss !== undefined && this.gaps.some(({ at }) => at >= began && at <= loss.ended + TOLD_MS);
  }

  /** Whether what was told at the first moment and what was told at the second are of two sides of one. */
  between(first: number, second: number): boolean {
    return this.gaps.some(({ at }) => at >= first && at <= second + PUT_OFF_MS);
  }
}
