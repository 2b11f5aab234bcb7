import { isDeepStrictEqual } from 'node:util';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Config } from '../../config/config.js';
import type { RowRights } from '../../filter/row-rights.js';
import { MetricsService } from '../../metrics/metrics.service.js';
import type { RecordId } from 'surrealdb';
import { allows, asksForRecords, recordsOf, type Access, type Selects } from './access.js';
import type { HistoryRule } from './channel-history.js';
import { matchChannel } from './channel-pattern.js';
import { CLOSED_POLICY, DATABASE_TOPICS, DEVELOPMENT_POLICY } from './default-policy.js';
import { readPolicyFile } from './policy-file.js';
import { ANY_TOPIC, DATABASE_RULE, OWN_TABLE_PREFIX, type ChannelUse, type Policy, type TopicRule } from './policy.js';
import type { Caller, Principal } from '../tokens/principal.js';
import { restrictionFor } from './row-restriction.js';
import type { Captures } from './template.js';

/** Claims that each new token of a principal has other values of. */
const TOKEN_CLAIMS = ['exp', 'iat', 'nbf', 'jti'] as const;
const USES: readonly ChannelUse[] = ['subscribe', 'publish', 'presence'];

/** What callers may, by the policy file or, without one, by where the service runs. */
@Injectable()
export class PolicyService implements OnModuleInit {
  /** Which policy is in force, in one line for the log. */
  readonly described: string;
  private readonly logger = new Logger(PolicyService.name);
  private readonly policy: Policy;
  /** Without a policy file, record users see what the database shows them. */
  private readonly recordsByDatabase: boolean;
  /** Claims that give no rights here: no rule names them. */
  private readonly idleClaims: ReadonlySet<string>;
  /** Rights of the principal that was asked for last, by rule: its subscriptions mostly come, and are renewed, at once. */
  private latest: Readonly<{ of: Principal | undefined; rights: Map<TopicRule, RowRights> }> | undefined;

  /** @throws PolicyError naming the place in the policy file */
  constructor(
    config: Config,
    private readonly metrics: MetricsService,
  ) {
    if (config.policyFile !== '') {
      this.policy = readPolicyFile(config.policyFile);
      const { topics, channels } = this.policy;
      this.described = `policy of ${config.policyFile}: ${topics.size} topics, ${channels.length} channel patterns`;
    } else if (config.production) {
      this.policy = CLOSED_POLICY;
      this.described =
        config.rights === 'policy'
          ? 'no POLICY_FILE in production: every subscription and every publish is refused'
          : "no POLICY_FILE in production: record users see what the database's permissions show them, and all else is refused";
    } else {
      this.policy = DEVELOPMENT_POLICY;
      this.described =
        'no POLICY_FILE in development: principals, and this machine without a token, may use everything';
    }
    if (config.rights === 'surrealdb') this.policy = byDatabase(this.policy);
    // Who signs in by an access of type RECORD is known to the database, and so is what it may.
    this.recordsByDatabase = config.rights === 'auto' && config.policyFile === '';
    const { variables } = this.policy;
    const named = (claim: string) => variables.some((variable) => variable.startsWith(`$claims.${claim}`));
    this.idleClaims = new Set(TOKEN_CLAIMS.filter((claim) => !named(claim)));
  }

  onModuleInit(): void {
    if (this.policy === CLOSED_POLICY) this.logger.warn(this.described);
  }

  /** The rows and fields of a table that the caller may read; `undefined`: none, or it is not the policy alone that says. */
  topicRights(caller: Caller, topic: string): RowRights | undefined {
    return this.asksDatabase(caller, topic) ? undefined : this.policyRights(caller, topic);
  }

  /** What the caller may read of a table as far as the policy says: the database may give less. `undefined`: nothing. */
  policyRights(caller: Caller, topic: string): RowRights | undefined {
    const rule = this.ruleFor(caller, topic);
    if (!rule || topic.startsWith(OWN_TABLE_PREFIX) || !allows(rule.read, caller)) return undefined;
    return this.rightsOf(rule, caller.principal);
  }

  /** Whether the database's own permissions say as well what the caller may read of a table. */
  asksDatabase(caller: Caller, topic: string): boolean {
    return this.ruleFor(caller, topic)?.database ?? false;
  }

  /** Whether some rights are those of record users, whom only the database can know. */
  get needsRecords(): boolean {
    const { topics, channels } = this.policy;
    return (
      [...topics.values()].some(({ database }) => database) ||
      channels.some((rule) => USES.some((use) => asksForRecords(rule[use])))
    );
  }

  private ruleFor({ principal }: Caller, topic: string): TopicRule | undefined {
    if (this.recordsByDatabase && principal?.record) return DATABASE_RULE;
    return this.policy.topics.get(topic) ?? this.policy.topics.get(ANY_TOPIC);
  }

  /** Whether there is nothing that one of them may and the other may not. What can't be told counts as a difference. */
  sameRights(one: Principal, other: Principal): boolean {
    if (one === other) return true;
    return one.id === other.id && isEqual([one.roles, this.claimsOf(one)], [other.roles, this.claimsOf(other)]);
  }

  /** @param selects whether the caller may select a record of the database; absent: none */
  mayUseChannel(caller: Caller, channel: string, use: ChannelUse, selects?: Selects): boolean {
    const found = this.channelRule(channel, use);
    return found !== undefined && allows(found.access, caller, found.captures, selects);
  }

  /** The records that say who may use a channel so: whoever may select one of them. */
  channelRecords(channel: string, use: ChannelUse): readonly RecordId[] {
    const found = this.channelRule(channel, use);
    return found ? recordsOf(found.access, found.captures) : [];
  }

  /** How much of a channel is kept; `undefined`: nothing. As with rights, only the most specific rule counts. */
  channelHistory(channel: string): HistoryRule | undefined {
    return this.policy.channels.find(({ pattern }) => matchChannel(pattern, channel))?.history;
  }

  private channelRule(channel: string, use: ChannelUse): { access: Access; captures: Captures } | undefined {
    for (const rule of this.policy.channels) {
      const captures = matchChannel(rule.pattern, channel);
      // Only the most specific rule counts: a broader one never gives what it denies.
      if (captures) return { access: rule[use], captures };
    }
    return undefined;
  }

  /** To the object the same for topics under one rule. */
  private rightsOf(rule: TopicRule, principal: Principal | undefined): RowRights {
    if (!this.latest || this.latest.of !== principal) this.latest = { of: principal, rights: new Map() };
    const known = this.latest.rights.get(rule);
    if (known) return known;
    const rights = {
      ...(rule.where ? { where: restrictionFor(rule.where, principal) } : {}),
      ...(rule.fields ? { fields: rule.fields } : {}),
    };
    this.latest.rights.set(rule, rights);
    this.metrics.rightsComputed.inc();
    return rights;
  }

  /** Those that can give rights. */
  private claimsOf({ claims }: Principal): ReadonlyMap<string, unknown> {
    return new Map(Object.entries(claims).filter(([name]) => !this.idleClaims.has(name)));
  }

  /** Whether a table that doesn't exist yet may be defined: the policy file names it, or there is none in development. */
  namesTopic(topic: string): boolean {
    if (topic === ANY_TOPIC || topic.startsWith(OWN_TABLE_PREFIX)) return false;
    return this.policy === DEVELOPMENT_POLICY || this.policy.topics.has(topic);
  }
}

/** Both have to say yes to what a policy file names; to all other tables the database alone says it. */
function byDatabase(policy: Policy): Policy {
  const isOfFile = policy !== DEVELOPMENT_POLICY && policy !== CLOSED_POLICY;
  const named = isOfFile ? [...policy.topics].map(([name, rule]) => [name, { ...rule, database: true }] as const) : [];
  return { ...policy, topics: new Map([...DATABASE_TOPICS, ...named]) };
}

/** A claim can be nested deeper than the stack reaches. */
function isEqual(one: unknown, other: unknown): boolean {
  try {
    return isDeepStrictEqual(one, other);
  } catch {
    return false;
  }
}
