import type { Condition } from '../../filter/condition.js';
import { parsePath, type Path } from '../../values/path.js';
import { NOBODY, parseAccess, type Access } from './access.js';
import { parseHistory, type HistoryRule } from './channel-history.js';
import { compareSpecificity, parseChannelPattern, type ChannelPattern } from './channel-pattern.js';
import { isVariable } from './claim-variable.js';
import { PolicyError } from './policy-error.js';
import { objectAt, objectWith } from './policy-object.js';
import { parseRestriction } from './parse-restriction.js';

/** Who may read a table, which rows and which fields of it. */
export interface TopicRule {
  readonly read: Access;
  /** The database's own permissions count, too. */
  readonly database?: true;
  /** Variables in it are still to be filled in, see `restrictionFor`. */
  readonly where?: Condition;
  readonly fields?: readonly Path[];
}

/** Who may use the channels of a pattern, and what is kept of them. */
export interface ChannelRule {
  readonly pattern: ChannelPattern;
  readonly subscribe: Access;
  readonly publish: Access;
  /** Who may be seen to be there, and see who is. */
  readonly presence: Access;
  /** Absent: nothing is kept. */
  readonly history?: HistoryRule;
}

const CHANNEL_KEYS = ['subscribe', 'publish', 'presence', 'history'] as const;

/** What a caller can do with a channel. */
export type ChannelUse = 'subscribe' | 'publish' | 'presence';

export interface Policy {
  /** By exact name; `*` is for all others. */
  readonly topics: ReadonlyMap<string, TopicRule>;
  /** The most specific pattern first. */
  readonly channels: readonly ChannelRule[];
  /** All variables that a `where` names, as they are written there. */
  readonly variables: readonly string[];
}

/** Topic of the rule for all tables that have none of their own. */
export const ANY_TOPIC = '*';

/** Begins the names of the service's own tables, which nobody reads. */
export const OWN_TABLE_PREFIX = 'edge_hive_';

/**
 * A policy from its JSON form.
 *
 * @throws PolicyError naming the place, for anything that is not understood
 */
export function parsePolicy(json: unknown): Policy {
  const { topics = {}, channels = {} } = objectWith('policy', json, ['topics', 'channels']);
  return {
    topics: new Map(
      Object.entries(objectAt('topics', topics)).map(([name, rule]) => [name, parseTopicRule(name, rule)]),
    ),
    channels: Object.entries(objectAt('channels', channels))
      .map(([pattern, rule]) => parseChannelRule(pattern, rule))
      .sort((a, b) => compareSpecificity(a.pattern, b.pattern)),
    variables: variablesIn(topics),
  };
}

/** Record users see what the database's own permissions show them. */
export const DATABASE_RULE: TopicRule = { read: { kind: 'record' }, database: true };

function variablesIn(json: unknown): readonly string[] {
  if (isVariable(json)) return [json];
  return typeof json === 'object' && json !== null ? Object.values(json).flatMap(variablesIn) : [];
}

function parseTopicRule(name: string, json: unknown): TopicRule {
  const place = `topics.${name}`;
  if (name === '' || (name !== ANY_TOPIC && name.includes('*'))) {
    throw new PolicyError(place, 'a topic is the name of a table, or * for all others');
  }
  if (name.startsWith(OWN_TABLE_PREFIX))
    throw new PolicyError(place, 'the tables of the service itself are never read');
  const { read, where, fields } = objectWith(place, json, ['read', 'where', 'fields']);
  return {
    ...(read === 'surrealdb' ? DATABASE_RULE : { read: parseAccess(read, `${place}.read`) }),
    ...(where === undefined ? {} : { where: parseRestriction(where, `${place}.where`) }),
    ...(fields === undefined ? {} : { fields: parseFields(fields, `${place}.fields`) }),
  };
}

function parseFields(json: unknown, place: string): readonly Path[] {
  if (!Array.isArray(json)) throw new PolicyError(place, 'has to be an array of fields');
  return json.map((field: unknown, index) => {
    const path = typeof field === 'string' ? parsePath(field) : undefined;
    if (path) return path;
    throw new PolicyError(`${place}[${index}]`, 'has to be a field or a dotted path, such as address.city');
  });
}

function parseChannelRule(pattern: string, json: unknown): ChannelRule {
  const place = `channels.${pattern}`;
  const { subscribe, publish, presence, history } = objectWith(place, json, CHANNEL_KEYS);
  const parsed = parseChannelPattern(pattern, place);
  const placeholders = parsed.gaps.flatMap(({ placeholder }) => placeholder ?? []);
  const access = (use: string, condition: unknown) =>
    condition === undefined ? NOBODY : parseAccess(condition, `${place}.${use}`, placeholders);
  return {
    pattern: parsed,
    subscribe: access('subscribe', subscribe),
    publish: access('publish', publish),
    presence: presence === undefined ? access('subscribe', subscribe) : access('presence', presence),
    ...(history === undefined ? {} : { history: parseHistory(history, `${place}.history`) }),
  };
}
