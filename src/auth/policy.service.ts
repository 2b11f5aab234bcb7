import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Config } from '../config/config.js';
import type { RowRights } from '../filter/row-rights.js';
import { allows } from './access.js';
import type { HistoryRule } from './channel-history.js';
import { matchChannel } from './channel-pattern.js';
import { CLOSED_POLICY, DEVELOPMENT_POLICY } from './default-policy.js';
import { readPolicyFile } from './policy-file.js';
import { ANY_TOPIC, OWN_TABLE_PREFIX, type Policy } from './policy.js';
import type { Caller } from './principal.js';
import { restrictionFor } from './row-restriction.js';

/** What callers may, by the policy file or, without one, by where the service runs. */
@Injectable()
export class PolicyService implements OnModuleInit {
  /** Which policy is in force, in one line for the log. */
  readonly described: string;
  private readonly logger = new Logger(PolicyService.name);
  private readonly policy: Policy;

  /** @throws PolicyError naming the place in the policy file */
  constructor(private readonly config: Config) {
    if (config.policyFile !== '') {
      this.policy = readPolicyFile(config.policyFile);
      const { topics, channels } = this.policy;
      this.described = `policy of ${config.policyFile}: ${topics.size} topics, ${channels.length} channel patterns`;
    } else if (config.production) {
      this.policy = CLOSED_POLICY;
      this.described = 'no POLICY_FILE in production: nobody may read a table or use a channel';
    } else {
      this.policy = DEVELOPMENT_POLICY;
      this.described =
        'no POLICY_FILE in development: principals, and this machine without a token, may use everything';
    }
  }

  onModuleInit(): void {
    if (this.policy === CLOSED_POLICY) this.logger.warn(this.described);
  }

  /** The rows and fields of a table that the caller may read; `undefined`: none. */
  topicRights(caller: Caller, topic: string): RowRights | undefined {
    const rule = this.policy.topics.get(topic) ?? this.policy.topics.get(ANY_TOPIC);
    if (!rule || topic.startsWith(OWN_TABLE_PREFIX) || !allows(rule.read, caller)) return undefined;
    return {
      ...(rule.where ? { where: restrictionFor(rule.where, caller.principal) } : {}),
      ...(rule.fields ? { fields: rule.fields } : {}),
    };
  }

  mayUseChannel(caller: Caller, channel: string, use: 'subscribe' | 'publish'): boolean {
    for (const rule of this.policy.channels) {
      const captures = matchChannel(rule.pattern, channel);
      // Only the most specific rule counts: a broader one never gives what it denies.
      if (captures) return allows(rule[use], caller, captures);
    }
    return false;
  }

  /** How much of a channel is kept; `undefined`: nothing. As with rights, only the most specific rule counts. */
  channelHistory(channel: string): HistoryRule | undefined {
    return this.policy.channels.find(({ pattern }) => matchChannel(pattern, channel))?.history;
  }

  /** Whether a table that doesn't exist yet may be defined: the policy file names it, or there is none in development. */
  namesTopic(topic: string): boolean {
    if (topic === ANY_TOPIC || topic.startsWith(OWN_TABLE_PREFIX)) return false;
    return this.policy === DEVELOPMENT_POLICY || this.policy.topics.has(topic);
  }
}
