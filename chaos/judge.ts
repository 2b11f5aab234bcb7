import type { Account } from './account.js';
import type { History, Step } from './history.js';
import { isReadAgain, mismatch, type Mismatch } from './match.js';
import { segmentsOf } from './segments.js';
import type { Delivered } from './delivered.js';
import type { Violation } from './violation.js';

/** Holds what was delivered to a subscriber of events against what has to be. */
export function judge(account: Account, history: History): Violation[] {
  const { delivered, repeats } = withoutRepeats(account.delivered);
  const begins = (account.view.joins ?? 0) === 0 && account.view.kind === 'events' ? 'beginning' : 'late';
  const records = new Set([
    ...history.keys(),
    ...delivered.flatMap((one) => (one.kind === 'event' ? [one.record] : [])),
  ]);
  const violations = repeats.map((repeat): Violation => {
    const { record, text, cursor, at } = repeat;
    return { kind: 'duplicated', subscriber: account.name, record, detail: `${text} again, cursor ${cursor}`, at };
  });
  for (const [record, segments] of segmentsOf(delivered, begins, records)) {
    const steps = history.get(record) ?? [];
    const found = mismatch(steps, segments);
    if (found) violations.push(...explain(account, record, steps, found));
  }
  return violations;
}

type DeliveredEvent = Extract<Delivered, { kind: 'event' }>;

function withoutRepeats(all: readonly Delivered[]): { delivered: Delivered[]; repeats: DeliveredEvent[] } {
  const cursors = new Set<string>();
  const repeats: DeliveredEvent[] = [];
  const delivered = all.filter((one) => {
    if (one.kind !== 'event') return true;
    if (!cursors.has(one.cursor)) return cursors.add(one.cursor);
    repeats.push(one);
    return false;
  });
  return { delivered, repeats };
}

function explain(account: Account, record: string, steps: readonly Step[], found: Mismatch): Violation[] {
  const about = { subscriber: account.name, record };
  if (found.kind === 'no such state') {
    const states = steps.slice(Math.max(0, found.from - 1)).map(({ state }) => state);
    return [
      {
        ...about,
        kind: 'wrong rows',
        detail: `a snapshot has ${found.state}, which is none of ${states.join(' or ')}`,
      },
    ];
  }
  const { segment } = found;
  const { events } = segment;
  const isDue = (step: Step) => step.text !== undefined && !step.isOptional && !isReadAgain(step, segment);
  const expected = steps.slice(found.from).filter(isDue);
  const missing = segment.isCut ? [] : without(expected, events, (step) => step.text);
  const extra = without(events, steps, (event) => event.text);
  const isKnown = (text: string) => steps.some((step) => step.text === text);
  const violations = [
    ...missing.map(({ change: { versionstamp }, text }): Violation => {
      return { ...about, kind: 'lost', detail: `${text}`, versionstamp };
    }),
    ...extra.map(({ text, at, cursor }): Violation => {
      const kind = isKnown(text) ? 'duplicated' : account.view.restricted ? 'leak' : 'unexpected';
      return { ...about, kind, detail: `${text}, cursor ${cursor}`, at };
    }),
  ];
  if (violations.length > 0) return violations;
  const [delivered, wanted] = [events, expected].map((texts) => texts.map(({ text }) => text).join('\n    '));
  const at = events.at(-1)?.at;
  return [
    {
      ...about,
      kind: 'order',
      detail: `delivered\n    ${delivered}\n  but committed\n    ${wanted}`,
      ...(at && { at }),
    },
  ];
}

/** What is left of `all` when each of `others` takes one of the same text away. */
function without<One extends { readonly text?: string }>(
  all: readonly One[],
  others: readonly { readonly text?: string }[],
  textOf: (one: One) => string | undefined,
): One[] {
  const counts = new Map<string | undefined, number>();
  for (const { text } of others) counts.set(text, (counts.get(text) ?? 0) + 1);
  return all.filter((one) => {
    const count = counts.get(textOf(one)) ?? 0;
    counts.set(textOf(one), count - 1);
    return count <= 0;
  });
}
