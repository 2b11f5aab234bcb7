import { ShareLevels } from '../share-levels.js';
import type { ShareLimits } from '../shares.js';
import type { ChannelHistory } from './channel-history.js';
import type { KeptMessage } from './message-ring.js';
import { OwnedMessages, type MessageOwners } from './owned-messages.js';

/**
 * Whose the messages are that are kept, bounded in bytes as `Shares` are. What is published with the API key, which is no
 * principal's, counts for its channel.
 */
export class MessageShares {
  private readonly levels = new ShareLevels<OwnedMessages>();
  private readonly principals: MessageOwners = { byName: new Map(), levels: this.levels };
  private readonly channels: MessageOwners = { byName: new Map(), levels: this.levels };

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
    const owner = kept.from === undefined ? of(this.channels, history.channel) : of(this.principals, kept.from);
    kept.owner = owner;
    owner.add(history, kept.bytes);
    while (owner.bytes > this.limits.each) this.dropFirst(owner.oldest());
    while (this.bytes > this.limits.total) this.dropFirst(this.levels.largest().oldest());
  }
}

function of(owners: MessageOwners, name: string): OwnedMessages {
  let owner = owners.byName.get(name);
  if (!owner) owners.byName.set(name, (owner = new OwnedMessages(name, owners)));
  return owner;
}
