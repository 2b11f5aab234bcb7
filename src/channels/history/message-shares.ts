import { ShareLevels } from '../share-levels.js';
import type { ShareLimits } from '../shares.js';
import type { ChannelHistory } from './channel-history.js';
import type { KeptMessage } from './message-ring.js';
import { OwnedMessages } from './owned-messages.js';

/**
 * Whose the messages are that are kept, bounded in bytes as `Shares` are. What is published with the API key, which is no
 * principal's, counts for its channel.
 */
export class MessageShares {
  private readonly ofPrincipals = new Map<string, OwnedMessages>();
  private readonly ofChannels = new Map<string, OwnedMessages>();
  private readonly levels = new ShareLevels<OwnedMessages>();

  constructor(
    private readonly limits: ShareLimits,
    /** Lets go of a history's oldest message. */
    private readonly dropFirst: (history: ChannelHistory) => void,
  ) {}

  /** Never more than the limit. */
  get bytes(): number {
    return this.levels.bytes;
  }

  /** Counts the newest message of a history. Drops what its owner then has too much, or all have, that very one in the end. */
  add(history: ChannelHistory, kept: KeptMessage): void {
    const { channel, head } = history;
    const owner = kept.from === undefined ? of(this.ofChannels, channel) : of(this.ofPrincipals, kept.from);
    kept.owner = owner;
    owner.add(history, head);
    this.levels.weigh(owner, kept.bytes);
    while (owner.bytes > this.limits.each) this.dropFirst(owner.oldest());
    while (this.bytes > this.limits.total) this.dropFirst(this.levels.largest().oldest());
  }

  /** Nothing, if it isn't counted. */
  remove({ owner, bytes }: KeptMessage): void {
    if (!owner) return;
    owner.remove();
    this.levels.weigh(owner, -bytes);
    if (owner.empty) owner.others.delete(owner.name);
  }
}

function of(owners: Map<string, OwnedMessages>, name: string): OwnedMessages {
  let owner = owners.get(name);
  if (!owner) owners.set(name, (owner = new OwnedMessages(name, owners)));
  return owner;
}
