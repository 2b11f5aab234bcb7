import type { HistoryRule } from '../auth/policy/channel-history.js';

/** Channels of one connection whose permits are remembered: beyond, all are decided anew. */
const MOST = 16;

/** What was decided of a connection's publishing to one channel. There is none where it may not. */
export interface PublishPermit {
  /** As it was when it was decided: a name cut out of each frame would keep that frame in memory. */
  readonly channel: string;
  /** What is kept of the channel. */
  readonly history: HistoryRule | undefined;
}

/** Permits that one connection has, for as long as its rights don't change. */
export class PublishPermits {
  /** Where and what was published last. */
  last: { readonly channel: string; readonly event: string } | undefined;
  private readonly byChannel = new Map<string, PublishPermit>();

  get(channel: string): PublishPermit | undefined {
    return this.byChannel.get(channel);
  }

  channels(): Iterable<string> {
    return this.byChannel.keys();
  }

  add(permit: PublishPermit): PublishPermit {
    if (this.byChannel.size === MOST) this.byChannel.clear();
    this.byChannel.set(permit.channel, permit);
    return permit;
  }
}
