import { setTimeout as delay } from 'node:timers/promises';
import type { ClientWire } from '../client-wire.js';
import { WiredClient } from '../wired-client.js';
import type { Publishes } from './publishes.js';

/** Publishes one message after the other, each under a key of its own, over whatever happens to its connection. */
export class Publisher extends WiredClient {
  constructor(
    name: string,
    wire: ClientWire,
    private readonly channel: string,
    private readonly publishes: Publishes,
  ) {
    super(name, wire, { principal: name });
  }

  /** Settles when the last one is acknowledged, or never will be. */
  async run(stopping: AbortSignal, pauseMs: () => number): Promise<void> {
    const channel = this.client.channel(this.channel);
    for (let number = 1; !stopping.aborted; number += 1) {
      const publish = this.publishes.begin(this.channel, this.name, number);
      try {
        await channel.publish('said', publish.id);
        publish.acknowledged = Date.now();
      } catch (error) {
        this.errors.push(String(error));
      }
      await delay(pauseMs(), undefined, { signal: stopping }).catch(() => undefined);
    }
  }
}
