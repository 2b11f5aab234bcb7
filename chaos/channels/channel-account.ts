/** What was delivered to a subscriber of a channel, and when by `Date.now()`. */
export type ChannelDelivered =
  | { readonly kind: 'message'; readonly id: string; readonly at: number }
  | { readonly kind: 'resync'; readonly reason: string; readonly at: number };

/** What was delivered to one subscription to a channel in the whole run, in order. */
export class ChannelAccount {
  readonly delivered: ChannelDelivered[] = [];
  /** When it was served: what is published from then on has to come. */
  served: number | undefined;
  /** Why it ended, which it never should. */
  end: string | undefined;

  constructor(
    readonly name: string,
    readonly channel: string,
    /** When it was asked for. */
    readonly asked = Date.now(),
  ) {}

  message(id: string, at = Date.now()): void {
    this.delivered.push({ kind: 'message', id, at });
  }

  resync(reason: string, at = Date.now()): void {
    this.delivered.push({ kind: 'resync', reason, at });
  }

  get messages(): number {
    return this.delivered.filter(({ kind }) => kind === 'message').length;
  }
}
