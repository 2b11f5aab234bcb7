import { memberBytes, type Member, type MemberChange, type MemberName } from '../../channels/presence/member.js';
import type {
  Attendance,
  KnownMembers,
  MembersObserver,
  PresenceBroker,
} from '../../channels/presence/presence-broker.js';
import { Roster } from '../../channels/presence/roster.js';
import type { InFlight } from '../../redis/in-flight.js';
import type { Supervisor } from './supervisor.js';

interface Watched {
  readonly roster: Roster;
  readonly observe: MembersObserver;
  /** Whether it is known who was there first. */
  begun: boolean;
}

/** Who is on channels, as the supervisor knows it of all workers. */
export class RemotePresence implements PresenceBroker {
  private readonly watched = new Map<string, Watched>();

  constructor(
    private readonly supervisor: Supervisor,
    private readonly waiting: InFlight,
  ) {}

  start(): void {
    this.supervisor.link.handle({
      questions: {},
      notices: { presence: (channel, body) => this.changed(channel, JSON.parse(body.toString()) as MemberChange[]) },
    });
  }

  enter(channel: string, member: Member, update: boolean): Promise<boolean> {
    const { link } = this.supervisor;
    return this.waiting.run(memberBytes(channel, member), () => link.ask('enter', { channel, member, update }));
  }

  leave(channel: string, { id, key }: MemberName): void {
    this.supervisor.link.notify('leave', [channel, { id, key }]);
  }

  lost(channel: string, { id, key }: MemberName): void {
    this.supervisor.link.notify('lost', [channel, { id, key }]);
  }

  async dismiss(channel: string, { id, key }: MemberName): Promise<void> {
    await this.waiting.run(channel.length, () => this.supervisor.link.ask('dismiss', [channel, { id, key }]));
  }

  async watch(channel: string, observe: MembersObserver): Promise<KnownMembers> {
    const watched: Watched = { roster: new Roster(), observe, begun: false };
    this.watched.set(channel, watched);
    const { link } = this.supervisor;
    // Taken in as it is answered: what is told of the changes behind it may be read in the same turn.
    const begin = (members: readonly Member[]) => this.begin(watched, members);
    await this.waiting.run(channel.length, () => link.ask('watch', channel, undefined, begin));
    return watched.roster;
  }

  unwatch(channel: string): void {
    this.watched.delete(channel);
    this.supervisor.link.notify('unwatch', channel);
  }

  attendance(channel: string, limit: number): Promise<Attendance> {
    return this.waiting.run(channel.length, () => this.supervisor.link.ask('attendance', { channel, limit }));
  }

  private begin(watched: Watched, members: readonly Member[]): void {
    for (const member of members) watched.roster.enter(member);
    watched.roster.take();
    watched.begun = true;
  }

  private changed(channel: string, changes: readonly MemberChange[]): void {
    const watched = this.watched.get(channel);
    if (!watched?.begun) return;
    for (const { action, member } of changes) {
      if (action === 'leave') watched.roster.leave(member);
      else watched.roster.enter(member);
    }
    watched.roster.take();
    watched.observe(changes);
  }
}
