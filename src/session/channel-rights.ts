import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RecordId } from 'surrealdb';
import { AuditLog } from '../audit/audit-log.js';
import { PolicyService } from '../auth/policy/policy.service.js';
import type { ChannelUse } from '../auth/policy/policy.js';
import type { Principal } from '../auth/tokens/principal.js';
import type { Permission } from '../channels/channel-permission.js';
import { ChannelsService } from '../channels/channels.service.js';
import { CommandError } from '../errors/command-error.js';
import type { RecordAsker } from '../rights/record-asker.js';
import { RecordRights } from '../rights/record-rights.js';
import { SessionRegistry } from './session-registry.js';
import type { Session } from './session.js';

/** Which channels sessions may use: what the policy says and, where it names a record, whether the principal may select that. */
@Injectable()
export class ChannelRights implements OnModuleInit, RecordAsker {
  constructor(
    private readonly policy: PolicyService,
    private readonly records: RecordRights,
    private readonly registry: SessionRegistry,
    private readonly channels: ChannelsService,
    private readonly audit: AuditLog,
  ) {}

  onModuleInit(): void {
    this.records.serve(this);
  }

  /**
   * Whether a session may use a channel so. The database is waited for only where it has to be asked.
   *
   * @throws CommandError FORBIDDEN, UNAVAILABLE
   */
  mayUse(session: Session, channel: string, use: ChannelUse): boolean | Promise<boolean> {
    if (this.current(session, channel, use) === 'yes') return true;
    const { principal } = session;
    const records = principal?.record ? this.policy.channelRecords(channel, use) : [];
    if (!principal || records.length === 0) return false;
    return this.find(principal, records).then((why) => {
      // One that shows what is asked for is enough: what is wrong with another matters where none does.
      if (this.current(session, channel, use) === 'yes') return true;
      if (why) throw why;
      return false;
    });
  }

  /** The same as far as it is known. */
  current({ caller }: Session, channel: string, use: ChannelUse): Permission {
    const { principal } = caller;
    const answer = (record: RecordId) => (principal ? this.records.current(principal, record) : 'no');
    if (this.policy.mayUseChannel(caller, channel, use, (record) => answer(record) === 'yes')) return 'yes';
    return this.policy.channelRecords(channel, use).some((record) => answer(record) === 'unknown') ? 'unknown' : 'no';
  }

  /** Has known what a principal may of all that a session uses. @throws CommandError UNAVAILABLE */
  async prepare(session: Session, principal: Principal): Promise<void> {
    if (!principal.record) return;
    const why = await this.find(principal, this.recordsOf(session));
    if (why?.retryable) throw why;
  }

  /** Ends what the session may no longer use, as far as is known. */
  reauthorize(session: Session): void {
    session.permits = undefined;
    this.channels.reauthorize(session, (channel, use) => this.current(session, channel, use));
  }

  lost(principals: ReadonlySet<Principal>): void {
    for (const session of [...this.registry]) {
      const { principal, id, subscriptions } = session;
      if (!principal || !principals.has(principal)) continue;
      const held = subscriptions.size;
      this.reauthorize(session);
      const subscriptionsEnded = held - subscriptions.size;
      if (subscriptionsEnded === 0) continue;
      this.audit.record({ event: 'rights_changed', connection: id, principal: principal.id, subscriptionsEnded });
    }
  }

  needed(): ReadonlyMap<Principal, readonly RecordId[]> {
    const needed = new Map<Principal, readonly RecordId[]>();
    for (const session of this.registry) {
      const { principal } = session;
      if (!principal?.record) continue;
      needed.set(principal, [...(needed.get(principal) ?? []), ...this.recordsOf(session)]);
    }
    return needed;
  }

  /** On which the channels hang that a session uses now. */
  private recordsOf({ subscriptions, permits }: Session): readonly RecordId[] {
    const uses = (channel: string, ...of: readonly ChannelUse[]) =>
      of.flatMap((use) => this.policy.channelRecords(channel, use));
    return [
      ...[...subscriptions].flatMap(({ target }) =>
        'channel' in target ? uses(target.channel, 'subscribe', 'presence') : [],
      ),
      ...[...(permits?.channels() ?? [])].flatMap((channel) => uses(channel, 'publish')),
    ];
  }

  /** @returns why something could not be decided */
  private async find(principal: Principal, records: readonly RecordId[]): Promise<CommandError | undefined> {
    const found = await Promise.allSettled(records.map((record) => this.records.find(principal, record)));
    let why: CommandError | undefined;
    for (const one of found) {
      if (one.status === 'fulfilled') continue;
      if (!(one.reason instanceof CommandError)) throw one.reason;
      why ??= one.reason;
    }
    return why;
  }
}
