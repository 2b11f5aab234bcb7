import { ChannelPresence, type PresenceHost } from './channel-presence.js';
import { RealtimeError } from '../errors.js';
import { randomText } from '../random-text.js';

/** Where this client is present, and where it looks at who is: one for each channel, as long as it is used. */
export class Presences {
  readonly key = randomText();
  private readonly byChannel = new Map<string, ChannelPresence>();
  /** Whom the client speaks for, by id, as far as it is known. */
  private speaker: string | undefined;

  constructor(private readonly host: Omit<PresenceHost, 'key' | 'ended'>) {}

  /** That of a channel. One that isn't used is another each time. */
  of(channel: string): ChannelPresence {
    const known = this.byChannel.get(channel);
    if (known !== undefined) return known;
    const { host, key } = this;
    const presence: ChannelPresence = new ChannelPresence(channel, {
      ...host,
      key,
      subscribe: (subscriber) => {
        this.byChannel.set(channel, presence);
        host.subscribe(subscriber);
      },
      ended: () => this.byChannel.delete(channel),
    });
    return presence;
  }

  /** What was said for one principal isn't said for another. */
  opened(principal: string | undefined): void {
    if (principal === undefined) return;
    const isChanged = this.speaker !== undefined && this.speaker !== principal;
    this.speaker = principal;
    if (!isChanged) return;
    const error = new RealtimeError('PRINCIPAL_CHANGED', 'The client speaks for another principal now: enter again.');
    for (const presence of [...this.byChannel.values()]) presence.leave(error);
  }
}
