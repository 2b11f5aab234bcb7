import type { PresenceFrame, SubscribeFrame } from '@edge-hive/protocol';
import type { Backoff } from '../connection/backoff.js';
import type { Commands } from '../connection/commands.js';
import { Emitter } from '../emitter.js';
import { RealtimeError, type Report } from '../errors.js';
import { MemberSet } from './member-set.js';
import { OwnPresence } from './own-presence.js';
import type { PresenceCount, PresenceEvents } from './presence-events.js';
import type { Subscriber } from '../subscriptions/subscriber.js';

/** What a channel's presence needs from the client. */
export interface PresenceHost {
  /** This client's own, wherever it is present. */
  readonly key: string;
  readonly commands: Commands;
  newBackoff(): Backoff;
  subscribe(subscriber: Subscriber): void;
  unsubscribe(subscriber: Subscriber): void;
  /** Sends its command again. */
  reread(subscriber: Subscriber): void;
  /** It isn't used any more. */
  ended(): void;
  report: Report;
}

const NONE: PresenceCount = { count: 0, principals: 0 };

/** What the server is asked for: all members, how many there are, or nothing of both. */
type Look = true | 'count' | false;

/**
 * Who is on a channel, and that this client is: one for each channel of a client. It is subscribed to the channel while there are
 * listeners, or this client is present.
 */
export class ChannelPresence implements Subscriber {
  readonly target: { readonly channel: string };
  readonly wantsSnapshot = false;
  readonly own: OwnPresence;
  readonly members = new MemberSet();
  private readonly events = new Emitter<PresenceEvents>();
  private counted: PresenceCount | undefined;
  private look: Look = false;
  /** As it was asked last. */
  private asked: Look = false;
  private isSubscribed = false;
  private isLive = false;

  constructor(
    channel: string,
    private readonly host: PresenceHost,
  ) {
    this.target = { channel };
    const { key, commands, report } = host;
    this.own = new OwnPresence({
      channel,
      key,
      commands,
      newBackoff: () => host.newBackoff(),
      changed: () => this.adjust(),
      report,
    });
  }

  get key(): string {
    return this.host.key;
  }

  get count(): PresenceCount {
    return this.counted ?? NONE;
  }

  on<Name extends keyof PresenceEvents>(name: Name, listener: (payload: PresenceEvents[Name]) => void): () => void {
    const off = this.events.on(name, listener);
    this.adjust();
    return () => {
      off();
      this.adjust();
    };
  }

  /** Others than before are spoken for: whoever was present is no more. */
  leave(error: RealtimeError): void {
    this.own.end(error);
    this.adjust();
  }

  command(): SubscribeFrame {
    this.asked = this.look;
    return { type: 'subscribe', ...this.target, presence: this.look };
  }

  /** Members come anew with each command, and messages are others' business. */
  wantsResumption(): boolean {
    return false;
  }

  subscribed(): void {
    if (!this.isLive) {
      this.isLive = true;
      this.own.live();
    }
    this.adjust();
  }

  presence(frame: PresenceFrame): void {
    if ('count' in frame) return this.counts(frame);
    const changes = this.members.take(frame);
    if (changes === undefined) return;
    for (const { action, member } of changes) this.emit(action, member);
    // A listener may have been the last one.
    if (this.look !== true) return;
    if (changes.length > 0 || 'members' in frame) this.emit('sync', this.members.items);
    this.counts({ count: this.members.size, principals: this.members.principals });
  }

  interrupted(): void {
    this.isLive = false;
    this.asked = false;
    this.members.interrupted();
    this.own.lost();
  }

  end(error?: RealtimeError): void {
    this.isSubscribed = false;
    this.isLive = false;
    this.events.clear();
    this.look = false;
    this.asked = false;
    this.members.clear();
    this.counted = undefined;
    this.host.ended();
    const isHeard = this.own.isWanted;
    this.own.end(error ?? new RealtimeError('CLOSED', 'Unsubscribed from the channel.'));
    // That the client is closed, it reports itself, once for all.
    if (error !== undefined && error.code !== 'CLOSED' && !isHeard) this.host.report(error);
  }

  receive(): void {
    // Messages, snapshots and what is missing of them are other subscriptions' business.
  }

  snapshot(): void {
    // As above.
  }

  resync(): void {
    // The server sends the members anew by itself.
  }

  /** Brings the subscription in line with what is wanted of it. */
  private adjust(): void {
    this.look = this.lookWanted();
    if (this.look !== true) this.members.clear();
    // Another subscription may keep the stream: what was asked for is taken back first.
    const isNeeded = this.look !== false || this.own.isWanted || (this.isSubscribed && this.asked !== false);
    if (isNeeded && !this.isSubscribed) {
      this.isSubscribed = true;
      this.host.subscribe(this);
    } else if (!isNeeded && this.isSubscribed) {
      this.isSubscribed = false;
      this.interrupted();
      this.host.unsubscribe(this);
      this.host.ended();
    } else if (isNeeded && this.look !== this.asked) {
      this.host.reread(this);
    }
  }

  private lookWanted(): Look {
    const listened = (name: keyof PresenceEvents) => this.events.of(name).length > 0;
    if ((['sync', 'join', 'update', 'leave'] as const).some(listened)) return true;
    return listened('count') ? 'count' : false;
  }

  private counts({ count, principals }: PresenceCount): void {
    const { counted } = this;
    this.counted = { count, principals };
    if (counted?.count !== count || counted.principals !== principals) this.emit('count', this.counted);
  }

  private emit<Name extends keyof PresenceEvents>(name: Name, payload: PresenceEvents[Name]): void {
    this.events.emit(name, payload, this.host.report);
  }
}
