import type { PresenceState } from '@edge-hive/protocol';
import type { ChannelPresence } from './channel-presence.js';
import { checkState } from '../json-check.js';
import type { PresenceCount, PresenceEvents, PresenceMember } from './presence-events.js';

export interface PresenceAccess {
  /** The one of its channel, as long as it is used. */
  current(): ChannelPresence;
  /** Reports what a promise rejects with, where the application doesn't wait for it. */
  reported<Value>(promise: Promise<Value>): Promise<Value>;
}

/**
 * Who is on a channel, and that this client is. It outlives connections: after each reconnect the client is present again, under the
 * same key, so that others don't notice.
 */
export class Presence<State extends object = PresenceState> {
  constructor(private readonly access: PresenceAccess) {}

  /** Tells this client from others of the same principal. It lives as long as the client object. */
  get key(): string {
    return this.access.current().key;
  }

  /** All who are there, in the order in which they came. Empty without a listener. The same array until one of them changes. */
  get members(): readonly PresenceMember<State>[] {
    // What states look like is the application's claim, made by the type argument of `channel`.
    return this.access.current().members.items as unknown as readonly PresenceMember<State>[];
  }

  /** How many are there. 0 without a listener. */
  get count(): PresenceCount {
    return this.access.current().count;
  }

  /**
   * This client is present from now on, in this state, until `leave`, `channel.unsubscribe()`, `close()`, or until the client speaks for
   * another principal. Resolves when the server has it; waits for a connection. Rejects with what waiting can't help: FORBIDDEN,
   * UNAUTHENTICATED, LIMIT_EXCEEDED, CLOSED, PRINCIPAL_CHANGED, and with a TypeError that names what can't be sent.
   *
   * @param state what others see of it: an object of up to 4 KiB as JSON
   */
  enter(state: State): Promise<void> {
    return this.access.reported(this.say(state));
  }

  /** Replaces the state, as `enter` does. Of several calls that wait the last one is sent. */
  update(state: State): Promise<void> {
    return this.access.reported(this.say(state));
  }

  /** This client isn't present any more. Resolves when the server knows it. */
  leave(): Promise<void> {
    return this.access.reported(this.access.current().own.set(null));
  }

  /** @returns a function that takes the listener off again */
  on<Name extends keyof PresenceEvents<State>>(
    name: Name,
    listener: (payload: PresenceEvents<State>[Name]) => void,
  ): () => void {
    return this.access.current().on(name, listener as (payload: PresenceEvents[Name]) => void);
  }

  private async say(state: State): Promise<void> {
    checkState(state);
    return this.access.current().own.set(JSON.stringify(state));
  }
}
