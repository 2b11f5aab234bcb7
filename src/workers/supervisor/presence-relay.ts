import { Injectable } from '@nestjs/common';
import { MemoryBroker } from '../../channels/broker-memory.js';
import { nameText, type Member, type MemberChange, type MemberName } from '../../channels/presence/member.js';
import type { KnownMembers } from '../../channels/presence/presence-broker.js';
import { Config } from '../../config/config.js';
import { encodeNotice } from '../link/link.js';
import type { SupervisorSays, WorkerLink } from '../link/vocabularies.js';

interface Watching {
  readonly workers: Set<WorkerLink>;
  readonly known: KnownMembers;
}

interface Owned {
  readonly name: MemberName;
  /** The worker whose connection says that it is there. */
  owner: WorkerLink;
}

/** Who is on channels, of all workers. */
@Injectable()
export class PresenceRelay {
  private readonly watching = new Map<string, Watching>();
  private readonly owned = new Map<string, Map<string, Owned>>();

  constructor(
    private readonly broker: MemoryBroker,
    private readonly config: Config,
  ) {}

  add(link: WorkerLink): void {
    void link.end.then(() => this.forget(link));
    link.handle({
      notices: {
        leave: ([channel, name]) => this.leave(channel, name, link),
        lost: ([channel, name]) => this.lost(channel, name, link),
        unwatch: (channel) => this.unwatch(channel, link),
      },
      questions: {
        enter: ({ channel, member, update }) => this.enter(channel, member, update, link),
        dismiss: ([channel, name]) => this.dismiss(channel, name),
        watch: (channel) => [...this.watch(channel, link)],
        attendance: ({ channel, limit }) => this.broker.presence.attendance(channel, limit),
      },
    });
  }

  private enter(channel: string, member: Member, update: boolean, owner: WorkerLink): boolean {
    const members = this.owned.get(channel) ?? new Map<string, Owned>();
    if (update && (members.get(nameText(member))?.owner ?? owner) !== owner) return false;
    this.broker.presence.enter(channel, member);
    const { id, key } = member;
    this.owned.set(channel, members.set(nameText(member), { name: { id, key }, owner }));
    return true;
  }

  /** Of a member that has come to another worker meanwhile, that one says when it leaves. */
  private leave(channel: string, name: MemberName, owner: WorkerLink): void {
    const members = this.owned.get(channel);
    if (members?.get(nameText(name))?.owner !== owner) return;
    members.delete(nameText(name));
    if (members.size === 0) this.owned.delete(channel);
    this.broker.presence.leave(channel, name);
  }

  private lost(channel: string, name: MemberName, owner: WorkerLink): void {
    if (this.owned.get(channel)?.get(nameText(name))?.owner === owner) this.broker.presence.lost(channel, name);
  }

  /** Its owner says that it leaves all the same, when its time is over. */
  private dismiss(channel: string, name: MemberName): null {
    this.broker.presence.dismiss(channel, name);
    return null;
  }

  private watch(channel: string, link: WorkerLink): KnownMembers {
    const watching = this.watching.get(channel) ?? this.begin(channel);
    watching.workers.add(link);
    return watching.known;
  }

  private begin(channel: string): Watching {
    const workers = new Set<WorkerLink>();
    const observe = (changes: readonly MemberChange[]) => {
      const frame = encodeNotice<SupervisorSays, 'presence'>('presence', channel, JSON.stringify(changes));
      for (const link of workers) link.send(frame);
    };
    const watching = { workers, known: this.broker.presence.watch(channel, observe) };
    this.watching.set(channel, watching);
    return watching;
  }

  private unwatch(channel: string, link: WorkerLink): void {
    const watching = this.watching.get(channel);
    if (!watching?.workers.delete(link) || watching.workers.size > 0) return;
    this.watching.delete(channel);
    this.broker.presence.unwatch(channel);
  }

  /** Its clients have some time to come to another worker. */
  private forget(link: WorkerLink): void {
    for (const channel of [...this.watching.keys()]) this.unwatch(channel, link);
    const lost = [...this.owned].flatMap(([channel, members]) =>
      [...members.values()].flatMap(({ name, owner }) => (owner === link ? { channel, name } : [])),
    );
    if (lost.length === 0) return;
    for (const { channel, name } of lost) this.broker.presence.lost(channel, name);
    setTimeout(() => {
      for (const { channel, name } of lost) this.leave(channel, name, link);
    }, this.config.presenceGraceMs).unref();
  }
}
