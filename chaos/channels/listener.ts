import type { ClientWire } from '../client-wire.js';
import { WiredClient } from '../wired-client.js';
import { ChannelAccount } from './channel-account.js';
import type { Publishes } from './publishes.js';

/** Is subscribed to a channel, and keeps account of what is delivered to it. */
export class Listener extends WiredClient {
  account: ChannelAccount | undefined;

  constructor(
    name: string,
    wire: ClientWire,
    private readonly channel: string,
    private readonly publishes: Publishes,
  ) {
    super(name, wire, { principal: 'reader' });
  }

  /** Settles when it is served, which can take a while during a fault. */
  async subscribe(): Promise<void> {
    const account = new ChannelAccount(this.name, this.channel);
    this.account = account;
    const { ready } = this.client.channel(this.channel).subscribe<string>(
      ({ data: id }) => {
        account.message(id);
        this.onBeat(this.publishes.get(id)?.began ?? 0);
      },
      {
        onSubscribed: () => (account.served ??= Date.now()),
        onResync: ({ reason }) => account.resync(reason),
        onError: (error) => (account.end = String(error)),
      },
    );
    await ready;
  }
}
