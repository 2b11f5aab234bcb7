import type { Recipient } from '../../delivery/audience.js';
import type { Subscriber } from '../../delivery/subscriber.js';
import { notHeld } from '../../delivery/subscriptions.js';
import { CommandError } from '../../errors/command-error.js';
import { Backlog } from '../backlog.js';
import type { MemberList } from './member-list.js';

/** What one wants to know: who is there, or how many. */
export type Look = 'members' | 'count';

/** A subscriber that looks at who is on a channel. */
export class Looker {
  look: Look = 'members';
  /** Whether it has all that is older: before, who is there would come out of order. */
  live = false;
  /** Whether it is still to be sent all that is there. */
  due = true;
  /** Whether it is being sent a long list. */
  sending = false;
  gone = false;
  /** Who gets what changes: the subscriber, or who stands in for it. Nobody before it was sent all. */
  to: Recipient | undefined;

  constructor(
    readonly subscriber: Subscriber,
    private readonly refuse: (error: CommandError) => void,
  ) {}

  leave(): void {
    this.gone = true;
    if (this.to instanceof Backlog) this.to.drop();
  }

  /** A list is in memory once, however many it is sent to. @returns whether it may be sent to this one; if not, that is over. */
  hold(list: MemberList): boolean {
    try {
      if (this.share(list)) return true;
      throw notHeld();
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.refuse(error);
      return false;
    }
  }

  letGo(list: MemberList): void {
    if (list.held) this.subscriber.subscriptions.held.letGo(list.held);
  }

  private share(list: MemberList): boolean {
    const { held } = this.subscriber.subscriptions;
    if (list.held) return held.share(list.held);
    const shared = held.begin();
    try {
      shared.grow(list.bytes);
      list.held = shared;
      return held.share(shared);
    } finally {
      shared.letGo();
    }
  }
}
