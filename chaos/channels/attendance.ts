import { until } from '../../test/support/poll.js';
import type { Violation } from '../violation.js';
import { ROOMS } from './casting.js';
import { memberText } from './member.js';
import type { Party } from './party.js';

/** In which all have to know the same when the last fault is over. */
const AGREE_MS = 30_000;
const ANSWER_MS = 5_000;
export const API_KEY = 'chaos';

interface Answer {
  readonly members: readonly Parameters<typeof memberText>[0][];
}

/**
 * Settles when all who look at a channel, and all gateways, know of those who are there and of nobody else; or when they had time
 * enough. @returns what is wrong
 */
export async function attendance(
  party: Party,
  gateways: readonly string[],
  interrupted: AbortSignal,
): Promise<Violation[]> {
  let wrong: Violation[] = [];
  const look = async () => {
    wrong = (await Promise.all(ROOMS.map((channel) => wrongOn(channel, party, gateways)))).flat();
    return wrong.length === 0 || interrupted.aborted;
  };
  await until(look, AGREE_MS).catch(() => undefined);
  return wrong;
}

async function wrongOn(channel: string, party: Party, gateways: readonly string[]): Promise<Violation[]> {
  const wanted = party.presentOn(channel);
  const observed = party.observers
    .filter((observer) => observer.channel === channel)
    .flatMap(({ name, seen }) => difference(name, wanted, seen));
  const answered = await Promise.all(gateways.map(async (url) => difference(url, wanted, await ask(url, channel))));
  return [...observed, ...answered.flat()];
}

async function ask(url: string, channel: string): Promise<string[]> {
  const address = `${url}/api/v1/channels/${encodeURIComponent(channel)}/presence`;
  const response = await fetch(address, {
    headers: { 'x-api-key': API_KEY },
    signal: AbortSignal.timeout(ANSWER_MS),
  }).catch(() => undefined);
  if (!response?.ok) return [`no answer: ${response?.status ?? 'none'}`];
  const { members } = (await response.json()) as Answer;
  return members.map(memberText).sort();
}

function difference(subscriber: string, wanted: readonly string[], has: readonly string[]): Violation[] {
  const lacks = wanted.filter((text) => !has.includes(text));
  const more = has.filter((text) => !wanted.includes(text));
  if (lacks.length === 0 && more.length === 0 && has.length === wanted.length) return [];
  return [
    { kind: 'wrong presence', subscriber, detail: `lacks [${lacks.join(', ')}], has [${more.join(', ')}] besides` },
  ];
}
