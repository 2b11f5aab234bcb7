/** Characters of a presence's key. */
export const MAX_PRESENCE_KEY_LENGTH = 64;

/** About what the objects of one presence take beside its text. */
const OVERHEAD_BYTES = 1_024;

/** Names a member of a channel: one principal can be there under several keys. */
export interface MemberName {
  /** Of the principal. */
  readonly id: string;
  readonly key: string;
}

/** Somebody who is on a channel. */
export interface Member extends MemberName {
  /** JSON text of an object: encoded where it comes in, and never again. */
  readonly state: string;
  /** When it came, ISO 8601. */
  readonly since: string;
}

/** What became of a member: as it is, or of one that left, as it was. */
export interface MemberChange {
  readonly action: 'join' | 'update' | 'leave';
  readonly member: Member;
}

/** One text for each member: an id can have any character. */
export function nameText({ id, key }: MemberName): string {
  return `${id.length} ${id}${key}`;
}

/** What a presence takes in memory: text takes one or two bytes a character, never more than this. */
export function memberBytes(channel: string, { id, key, state }: Pick<Member, 'id' | 'key' | 'state'>): number {
  return OVERHEAD_BYTES + (channel.length + 2 * (id.length + key.length) + state.length) * 2;
}

/** JSON text of a member, as frames and the HTTP API have it. */
export function memberJson({ key, id, state, since }: Member): string {
  return `{"key":${JSON.stringify(key)},"id":${JSON.stringify(id)},"state":${state},"since":"${since}"}`;
}

/** JSON text of a change. */
export function changeJson({ action, member }: MemberChange): string {
  if (action !== 'leave') return `{"action":"${action}",${memberJson(member).slice(1)}`;
  const { key, id, since } = member;
  return `{"action":"leave","key":${JSON.stringify(key)},"id":${JSON.stringify(id)},"since":"${since}"}`;
}
