/** Names in Redis of what belongs to a channel. In a cluster all are in one slot: what is in braces decides. */
export class ChannelKeys {
  constructor(private readonly prefix: string) {}

  /** Where the channel is, as text: also the name by which its messages are published. */
  head(channel: string): string {
    return `${this.prefix}{${tagOf(channel)}}:head`;
  }

  /** What is kept of its messages, as a stream. */
  messages(channel: string): string {
    return `${this.prefix}{${tagOf(channel)}}:messages`;
  }

  /** Who may be on the channel: epoch, number of changes, leases. */
  presence(channel: string): string {
    return `${this.prefix}{${tagOf(channel)}}:presence`;
  }

  /** Who is on the channel. */
  members(channel: string): string {
    return `${this.prefix}{${tagOf(channel)}}:members`;
  }

  /** What was published under an idempotency key. */
  once(channel: string, principal: string | undefined, key: string): string {
    return `${this.prefix}{${tagOf(channel)}}:once:${JSON.stringify([principal ?? null, key])}`;
  }
}

/** A brace would end what decides about the slot. */
function tagOf(channel: string): string {
  return /[%}]/.test(channel) ? channel.replaceAll('%', '%25').replaceAll('}', '%7D') : channel;
}
