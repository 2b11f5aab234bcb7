import type { ClientWire } from '../client-wire.js';
import { WiredClient } from '../wired-client.js';
import { memberText } from './member.js';
import type { Sightings } from './sightings.js';

/** Looks at who is on a channel. */
export class Observer extends WiredClient {
  constructor(
    name: string,
    wire: ClientWire,
    readonly channel: string,
    private readonly sightings: Sightings,
  ) {
    super(name, wire, { principal: 'reader' });
  }

  /** Settles when it was told who is there for the first time. */
  async start(): Promise<void> {
    await new Promise<void>((resolve) =>
      this.presence.on('sync', () => {
        this.sightings.sees(this.name, this.seen);
        resolve();
      }),
    );
  }

  /** Who is there as far as it was told, sorted. */
  get seen(): string[] {
    return this.presence.members.map(memberText).sort();
  }

  private get presence() {
    return this.client.channel(this.channel).presence;
  }
}
