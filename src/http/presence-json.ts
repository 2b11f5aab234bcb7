import { memberJson } from '../channels/presence/member.js';
import type { Attendance } from '../channels/presence/presence-broker.js';

/** The answer that tells who is present. What they say of themselves is JSON text already. */
export function presenceJson({ members, count, principals }: Attendance): string {
  return `{"members":[${members.map(memberJson).join(',')}],"count":${count},"principals":${principals}}`;
}
