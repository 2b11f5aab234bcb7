import type { Step } from './history.js';
import type { Segment } from './segments.js';

/** Three sweep windows. */
const REWIND_MS = 9_000;

export type Mismatch =
  | { readonly kind: 'no such state'; readonly state: string | undefined; readonly from: number }
  | { readonly kind: 'other events'; readonly segment: Segment; readonly from: number };

/** Whether what was told of a record is what its steps say, segment by segment. @returns undefined when it is */
export function mismatch(steps: readonly Step[], segments: readonly Segment[]): Mismatch | undefined {
  let from = 0;
  for (const segment of segments) {
    const starts = startsOf(steps, segment, from);
    const [first] = starts;
    if (first === undefined) {
      const state = typeof segment.from === 'string' ? undefined : segment.from.state;
      return { kind: 'no such state', state, from };
    }
    const ends = starts.map((start) => walk(steps, withoutRewind(steps, segment, start), start));
    const end = ends.find((one) => one !== undefined);
    if (end === undefined) return { kind: 'other events', segment, from: first };
    from = end;
  }
  return undefined;
}

/** Where a segment can have begun: the number of steps that came before it. Never before the last one's end. */
function startsOf(steps: readonly Step[], { from }: Segment, least: number): number[] {
  if (from === 'beginning') return [0];
  const starts: number[] = [];
  for (let start = least; start <= steps.length; start += 1) {
    if (from === 'gap' || steps[start - 1]?.state === from.state) starts.push(start);
  }
  return starts;
}

/**
 * Without what a replay tells from before a snapshot: another instance begins one sweep window before the cursor, and a
 * subscription that is younger is told what its rows contain. Nothing of it goes on for longer than a client remembers.
 */
function withoutRewind(steps: readonly Step[], segment: Segment, start: number): Segment {
  const { from, events } = segment;
  if (typeof from === 'string') return segment;
  let place = 0;
  let rewound = 0;
  for (const { text, at } of events) {
    if (at > from.at + REWIND_MS) break;
    const next = steps.findIndex((step, index) => index >= place && index < start && step.text === text);
    if (next < 0) break;
    place = next + 1;
    rewound += 1;
  }
  return { ...segment, events: events.slice(rewound) };
}

/** Follows the events along the steps. @returns how many steps they take, undefined when they don't go with them */
function walk(steps: readonly Step[], { events, isCut }: Segment, start: number): number | undefined {
  let place = start;
  for (const { text } of events) {
    while (steps[place]?.text !== text) {
      const step = steps[place];
      if (step === undefined || !(isCut || step.isOptional || step.text === undefined)) return undefined;
      place += 1;
    }
    place += 1;
  }
  if (isCut) return place;
  const isThrough = steps.slice(place).every(({ text, isOptional }) => text === undefined || isOptional);
  return isThrough ? steps.length : undefined;
}
