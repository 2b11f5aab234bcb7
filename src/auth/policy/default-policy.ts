import type { Access } from './access.js';
import { DEFAULT_HISTORY } from './channel-history.js';
import { parseChannelPattern } from './channel-pattern.js';
import { ANY_TOPIC, type Policy } from './policy.js';
import { parseTemplate } from './template.js';

const ANYONE_KNOWN: Access = { kind: 'any', of: [{ kind: 'authenticated' }, { kind: 'local' }] };

const OWNER: Access = { kind: 'any', of: [{ kind: 'principal', id: parseTemplate('{id}', '') }, { kind: 'service' }] };

/** Without a file, outside production: everything but others' private channels, on this machine even without a token. */
export const DEVELOPMENT_POLICY: Policy = {
  topics: new Map([[ANY_TOPIC, { read: ANYONE_KNOWN }]]),
  channels: [
    { pattern: parseChannelPattern('user:{id}', ''), subscribe: OWNER, publish: OWNER, history: DEFAULT_HISTORY },
    {
      pattern: parseChannelPattern('*', ''),
      subscribe: ANYONE_KNOWN,
      publish: ANYONE_KNOWN,
      history: DEFAULT_HISTORY,
    },
  ],
  variables: [],
};

/** Without a file, in production: everything is refused. */
export const CLOSED_POLICY: Policy = { topics: new Map(), channels: [], variables: [] };
