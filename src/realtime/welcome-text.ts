import type { Limits, WelcomeFrame } from '@edge-hive/protocol';

type OwnField = 'type' | 'protocol' | 'connection' | 'principal' | 'time';

/** What one client is told of itself; all else in a welcome is the same for all. */
const OWN: ReadonlySet<string> = new Set<OwnField>(['type', 'protocol', 'connection', 'principal', 'time']);

/** The text of what all are told alike, by the limits in it: it is made once. */
const ends = new WeakMap<Limits, string>();

/** The JSON of a welcome. */
export function welcomeText(frame: WelcomeFrame): string {
  const { type, protocol, connection, principal, time, limits } = frame;
  const own = JSON.stringify({ type, protocol, connection, principal, time });
  return `${own.slice(0, -1)},${ends.get(limits) ?? endOf(frame)}`;
}

function endOf(frame: WelcomeFrame): string {
  const terms = Object.fromEntries(Object.entries(frame).filter(([field]) => !OWN.has(field)));
  const end = JSON.stringify(terms).slice(1);
  ends.set(frame.limits, end);
  return end;
}
