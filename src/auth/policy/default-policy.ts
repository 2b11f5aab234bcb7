import type { Access } from './access.js';
import { DEFAULT_HISTORY } from './channel-history.js';
import { parseChannelPattern } from './channel-pattern.js';
import { ANY_TOPIC, DATABASE_RULE, type ChannelRule, type Policy } from './policy.js';
import { parseTemplate } from './template.js';

const ANYONE_KNOWN: Access = { kind: 'any', of: [{ kind: 'authenticated' }, { kind: 'local' }] };

const OWNER: Access = { kind: 'any', of: [{ kind: 'principal', id: parseTemplate('{id}', '') }, { kind: 'service' }] };

/** Without a file, outside production: everything but others' private channels, on this machine even without a token. */
export const DEVELOPMENT_POLICY: Policy = {
  topics: new Map([[ANY_TOPIC, { read: ANYONE_KNOWN }]]),
  channels: [channelRule('user:{id}', OWNER), channelRule('*', ANYONE_KNOWN)],
  variables: [],
};

/** Without a file, where rights come from the database: record users see what its permissions show them. */
export const DATABASE_TOPICS: Policy['topics'] = new Map([[ANY_TOPIC, DATABASE_RULE]]);

/** Without a file, in production: everything is refused. */
export const CLOSED_POLICY: Policy = { topics: new Map(), channels: [], variables: [] };

function channelRule(pattern: string, access: Access): ChannelRule {
  return {
    pattern: parseChannelPattern(pattern, ''),
    subscribe: access,
    publish: access,
    presence: access,
    history: DEFAULT_HISTORY,
  };
}
