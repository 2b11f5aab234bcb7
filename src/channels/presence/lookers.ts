import type { Audience, Recipient } from '../../delivery/audience.js';
import { Name } from '../../delivery/content.js';
import { Delivery } from '../../delivery/delivery.js';
import { Slots } from '../../delivery/slots.js';
import type { Subscriber } from '../../delivery/subscriber.js';
import type { CommandError } from '../../errors/command-error.js';
import type { MetricsService } from '../../metrics/metrics.service.js';
import { Backlog } from '../backlog.js';
import { changeJson, type MemberChange } from './member.js';
import { Looker, type Look } from './looker.js';
import { MemberList } from './member-list.js';
import type { KnownMembers, PresenceBroker } from './presence-broker.js';

/** Lists of one subscriber that are sent at a time: of the others nothing is in memory. */
const lists = new Slots<Subscriber>(1);

/** A channel that is looked at. */
export interface Place {
  readonly name: string;
  readonly stream: string;
  /** Who gets each message as it comes, caught up with all before. */
  readonly live: Audience;
}

/**
 * The subscribers of a channel that want to know who is there. Each is sent all members, or their number, at one place between
 * two frames of changes, and from there on every such frame, which is encoded once.
 */
export class Lookers {
  private readonly bySubscriber = new Map<Subscriber, Looker>();
  private readonly channel: Name;
  private known: KnownMembers | undefined;
  private opening: Promise<void> | undefined;
  /** What new lookers are sent, while it is as all is and somebody keeps it. */
  private list: WeakRef<MemberList> | undefined;
  private count = 0;
  private principals = 0;

  constructor(
    private readonly place: Place,
    private readonly broker: PresenceBroker,
    private readonly metrics: MetricsService,
  ) {
    this.channel = new Name(place.name);
  }

  /** Settles when the channel is watched. @throws CommandError UNAVAILABLE */
  async open(): Promise<void> {
    this.opening ??= this.watch();
    await this.opening;
  }

  /** Watches no more, if nobody looks. */
  closeIfIdle(): void {
    if (this.bySubscriber.size > 0 || !this.opening) return;
    this.opening = undefined;
    this.known = undefined;
    this.broker.unwatch(this.place.name);
  }

  /** It is sent all that is there, once it is live and that is settled, and then what changes. Again: it is sent all anew. */
  look(subscriber: Subscriber, look: Look, refuse: (error: CommandError) => void): void {
    const looker = this.bySubscriber.get(subscriber) ?? new Looker(subscriber, refuse);
    this.bySubscriber.set(subscriber, looker);
    looker.look = look;
    looker.due = true;
    if (this.known?.settled) this.serve(looker);
  }

  /** It has all that is older than what comes now. */
  goLive(subscriber: Subscriber): void {
    const looker = this.bySubscriber.get(subscriber);
    if (!looker) return;
    looker.live = true;
    if (looker.due && this.known?.settled) this.serve(looker);
  }

  delete(subscriber: Subscriber): void {
    const looker = this.bySubscriber.get(subscriber);
    if (!looker) return;
    this.bySubscriber.delete(subscriber);
    looker.leave();
    if (looker.to) this.place.live.delete(looker.to);
  }

  /** Everybody is sent all anew. */
  renew(): void {
    for (const looker of this.bySubscriber.values()) {
      looker.due = true;
      this.serve(looker);
    }
  }

  private async watch(): Promise<void> {
    try {
      this.known = await this.broker.watch(this.place.name, (changes) => this.observe(changes));
      this.tally(this.known);
    } catch (error) {
      this.opening = undefined;
      throw error;
    }
  }

  private observe(changes: readonly MemberChange[]): void {
    const { known } = this;
    if (!known) return;
    for (const { action } of changes) this.metrics.presenceChanges.inc(action);
    this.list = undefined;
    const frames = { members: this.changesFrame(changes), count: this.tally(known) ? this.countFrame() : undefined };
    for (const looker of this.bySubscriber.values()) {
      if (looker.due && !looker.sending) this.serve(looker);
      else this.send(looker, frames[looker.look]);
    }
  }

  private serve(looker: Looker): void {
    if (looker.sending || !looker.live) return;
    looker.due = false;
    if (looker.look === 'members') return this.sendMembers(looker);
    looker.to = looker.subscriber;
    this.send(looker, this.countFrame());
  }

  private sendMembers(looker: Looker): void {
    const list = this.currentList();
    looker.to = list.length === 1 ? looker.subscriber : undefined;
    if (looker.to) return this.send(looker, list.frame(0));
    looker.sending = true;
    void lists.run(looker.subscriber, () => this.sendLong(looker)).then(() => this.sent(looker));
  }

  /** What comes meanwhile, messages too, waits behind the list. */
  private async sendLong(looker: Looker): Promise<void> {
    if (looker.gone || !this.known) return;
    const { subscriber } = looker;
    const list = this.currentList();
    if (!looker.hold(list)) return;
    const backlog = new Backlog(subscriber, list);
    looker.to = backlog;
    swap(this.place.live, subscriber, backlog);
    this.metrics.presenceFrames.inc(list.length);
    await backlog.run();
    swap(this.place.live, backlog, subscriber);
    looker.letGo(list);
    looker.to = subscriber;
  }

  private sent(looker: Looker): void {
    looker.sending = false;
    if (looker.due && !looker.gone && this.known?.settled) this.serve(looker);
  }

  private send({ to }: Looker, frame: Delivery | undefined): void {
    if (!to || !frame) return;
    to.send(frame);
    this.metrics.presenceFrames.inc();
  }

  private currentList(): MemberList {
    const known = this.list?.deref();
    if (known) return known;
    const list = new MemberList(this.channel, this.place.stream, this.known ?? []);
    this.list = new WeakRef(list);
    return list;
  }

  private changesFrame(changes: readonly MemberChange[]): Delivery {
    const { channel } = this;
    const { stream } = this.place;
    return new Delivery({ type: 'presence', channel, stream, changes: changes.map(changeJson).join(',') });
  }

  private countFrame(): Delivery {
    const { channel, count, principals } = this;
    return new Delivery({ type: 'presence', channel, stream: this.place.stream, count, principals });
  }

  /** @returns whether there are others than before. */
  private tally({ count, principals }: KnownMembers): boolean {
    if (count === this.count && principals === this.principals) return false;
    this.count = count;
    this.principals = principals;
    return true;
  }
}

function swap(live: Audience, from: Recipient, to: Recipient): void {
  if (live.delete(from)) live.add(to);
}
