import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import type { Principal } from '../auth/tokens/principal.js';
import { Config } from '../config/config.js';
import { CommandError } from '../errors/command-error.js';
import { NO_ROW } from '../filter/condition.js';
import type { RowRights } from '../filter/row-rights.js';
import { RecordRights } from '../rights/record-rights.js';
import { RightsService } from '../rights/rights.service.js';
import { LiveQueryService } from '../subscriptions/live-query.service.js';
import { ChannelRights } from './channel-rights.js';
import { SessionRegistry } from './session-registry.js';
import type { Session } from './session.js';

/** Other than any rights that somebody has: nothing is delivered by them. */
const UNKNOWN: RowRights = { where: NO_ROW, fields: [], masks: [] };

/** Ends the subscriptions of sessions whose rights have become others. */
@Injectable()
export class RightsWatch implements OnModuleInit, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  /** Principals that sessions are about to speak for. */
  private readonly expected = new Set<Principal>();

  constructor(
    private readonly config: Config,
    private readonly rights: RightsService,
    private readonly records: RecordRights,
    private readonly channelRights: ChannelRights,
    private readonly registry: SessionRegistry,
    private readonly liveQueries: LiveQueryService,
    private readonly audit: AuditLog,
  ) {}

  onModuleInit(): void {
    this.rights.listen((principals) => this.changed(principals));
    this.timer = setInterval(() => this.retain(), this.config.rightsRefreshMs).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /**
   * Has the rights of a principal known to all that a session is subscribed to, and then lets the session speak for it.
   *
   * @throws CommandError UNAVAILABLE
   */
  async renew(session: Session, principal: Principal, identify: () => void): Promise<void> {
    const topics = new Set([...session.subscriptions].flatMap(({ target }) => ('topic' in target ? target.topic : [])));
    this.expected.add(principal);
    try {
      await this.rights.prepare(principal, topics);
      await this.channelRights.prepare(session, principal);
      identify();
    } finally {
      this.expected.delete(principal);
    }
  }

  /** Ends what the rights of a session, as they are known, no longer cover or cover otherwise. */
  reauthorize(session: Session): void {
    this.reauthorizeTopics(session);
    this.channelRights.reauthorize(session);
  }

  private reauthorizeTopics(session: Session): void {
    this.liveQueries.reauthorize(session, (topic) => this.rightsOf(session, topic));
  }

  private rightsOf({ caller }: Session, topic: string): RowRights | undefined {
    try {
      return this.rights.current(caller, topic);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      return error.code === 'FORBIDDEN' ? undefined : UNKNOWN;
    }
  }

  private changed(principals: ReadonlySet<Principal>): void {
    this.records.changed(principals);
    for (const session of [...this.registry]) {
      const { principal, id, subscriptions } = session;
      if (!principal || !principals.has(principal)) continue;
      const held = subscriptions.size;
      this.reauthorizeTopics(session);
      const subscriptionsEnded = held - subscriptions.size;
      if (subscriptionsEnded === 0) continue;
      this.audit.record({ event: 'rights_changed', connection: id, principal: principal.id, subscriptionsEnded });
    }
  }

  private retain(): void {
    const principals = new Set(this.expected);
    for (const { principal } of this.registry) if (principal?.record) principals.add(principal);
    this.rights.retain(principals);
  }
}
