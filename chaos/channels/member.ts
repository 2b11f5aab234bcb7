import { setTimeout as delay } from 'node:timers/promises';
import type { ClientWire } from '../client-wire.js';
import type { Random } from '../random.js';
import { WiredClient } from '../wired-client.js';
import type { Sightings } from './sightings.js';

const PAUSE_MS = [200, 1_500] as const;
/** Of so many things that a member does, one is to leave. */
const LEAVES = 5;

/** Is on a channel, in a state that changes. */
export class Member extends WiredClient {
  /** As it has to be seen in the end; undefined: it has left. */
  private state: { readonly n: number } | undefined;

  constructor(
    name: string,
    wire: ClientWire,
    readonly channel: string,
    private readonly sightings: Sightings,
  ) {
    super(name, wire, { principal: name });
  }

  /** What everybody has to know of it. */
  get text(): string | undefined {
    return this.state && memberText({ id: this.name, key: this.presence.key, state: this.state });
  }

  /** Settles when it is there, which can take a while during a fault. */
  async enter(n = 0): Promise<void> {
    this.state = { n };
    const { text = '' } = this;
    await this.presence.enter(this.state).then(
      () => this.sightings.said(text),
      (error: unknown) => this.errors.push(String(error)),
    );
  }

  /** It doesn't wait to be heard: of several states that wait, the last is said. */
  async run(stopping: AbortSignal, random: Random): Promise<void> {
    for (let n = 1; !stopping.aborted; n += 1) {
      await delay(random.between(...PAUSE_MS), undefined, { signal: stopping }).catch(() => undefined);
      if (random.isOneIn(LEAVES)) this.leave();
      else void this.enter(n);
    }
  }

  /** Its machine is gone: it says nothing more, and nobody closes its connection. */
  async die(): Promise<void> {
    this.state = undefined;
    this.wire.blackhole();
    this.client.close();
    await this.wire.stop();
  }

  private get presence() {
    return this.client.channel(this.channel).presence;
  }

  private leave(): void {
    this.state = undefined;
    this.presence.leave().catch((error: unknown) => this.errors.push(String(error)));
  }
}

/** What tells a member, and its state, from others. */
export function memberText({ id, key, state }: { id: string; key: string; state: unknown }): string {
  return `${id}/${key} ${JSON.stringify(state)}`;
}
