import type { Member } from '../../presence/member.js';
import { isJsonObject, isTime } from '../foreign-text.js';

/** A member, and the instance that keeps it up. */
export interface OwnedMember {
  readonly owner: string;
  readonly member: Member;
}

/** What is published of a channel's presence. */
export interface PresenceNews {
  readonly epoch: string;
  /** Of the change; of a turn, the number of the last change before it. */
  readonly number: number;
  readonly what:
    | ({ readonly kind: 'there' | 'gone' } & OwnedMember)
    /** All who watch are told now what changed, and not again for so many ms. */
    | { readonly kind: 'turn'; readonly pause: number };
}

export const NEWS_PREFIX = '!presence ';

const NEWS = /^!presence ([\w-]{8}) (\d{1,16}) ([+=-]) ([^]*)$/;

export function parseNews(payload: string): PresenceNews | undefined {
  const [, epoch, number, sign, text = ''] = NEWS.exec(payload) ?? [];
  if (epoch === undefined) return undefined;
  const place = { epoch, number: Number(number) };
  if (sign === '=') return { ...place, what: { kind: 'turn', pause: Number(text) } };
  const owned = parseValue(text);
  return owned && { ...place, what: { kind: sign === '+' ? 'there' : 'gone', ...owned } };
}

/** What comes behind owner and time in a member's value. */
export function valueRest({ id, key, state }: Member): string {
  return `${JSON.stringify([id, key])}\n${state}`;
}

/** Whether its connection is gone makes no difference to who sees it. @returns undefined for what is none */
export function parseValue(value: string): OwnedMember | undefined {
  const [, owner, since, name, state] = /^~?(\S+) (\S+)\n([^\n]*)\n([^]*)$/.exec(value) ?? [];
  if (owner === undefined || name === undefined || state === undefined) return undefined;
  if (!isTime(since) || !isJsonObject(state)) return undefined;
  try {
    const [id, key] = JSON.parse(name) as unknown[];
    if (typeof id !== 'string' || typeof key !== 'string') return undefined;
    return { owner, member: { id, key, state, since } };
  } catch {
    return undefined;
  }
}
