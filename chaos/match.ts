import { committedAt } from './versionstamp.js';
import type { Step } from './history.js';
import type { Segment } from './segments.js';

export type Mismatch =
  | { readonly kind: 'no such state'; readonly state: string | undefined; readonly from: number }
  | { readonly kind: 'other events'; readonly segment: Segment; readonly from: number };

/** Whether what was delivered of a record is what its steps say, segment by segment. @returns undefined when it is */
export function mismatch(steps: readonly Step[], segments: readonly Segment[]): Mismatch | undefined {
  let from = 0;
  for (const segment of segments) {
    const starts = startsOf(steps, segment, from);
    const [first] = starts;
    if (first === undefined) {
      const state = isSnapshot(segment.from) ? segment.from.state : undefined;
      return { kind: 'no such state', state, from };
    }
    const ends = starts.flatMap((start) =>
      readings(steps, segment, start).map((reading) => walk(steps, reading, start)),
    );
    const end = ends.find((one) => one !== undefined);
    if (end === undefined) return { kind: 'other events', segment, from: first };
    from = end;
  }
  return undefined;
}

/** Where a segment can have begun: the number of steps that came before it. Never before the last one's end. */
function startsOf(steps: readonly Step[], { from }: Segment, least: number): number[] {
  if (from === 'beginning') return [0];
  // What may be missing behind a resync is passed over on the way.
  if (!isSnapshot(from)) return [least];
  const starts: number[] = [];
  for (let start = least; start <= steps.length; start += 1) {
    if (steps[start - 1]?.state === from.state) starts.push(start);
  }
  return starts;
}

function isSnapshot(from: Segment['from']): from is { readonly at: number; readonly state: string | undefined } {
  return typeof from === 'object' && 'state' in from;
}

/**
 * The segment, and the segment without what a replay can have told from before it: another instance begins one sweep window
 * before the cursor, and a subscription that is younger is told what its rows contain. A resync can fall in that replay.
 * Nothing is told twice by it: that would have the cursor of the first time.
 */
function readings(steps: readonly Step[], segment: Segment, start: number): Segment[] {
  const { from, events } = segment;
  const all = [segment];
  if (from === 'beginning') return all;
  let place = 0;
  for (const [index, { text }] of events.entries()) {
    const isContained = (step: Step, other: number) => other >= place && other < start && step.text === text;
    const next = steps.findIndex(isContained);
    if (next < 0) break;
    place = next + 1;
    all.push({ ...segment, events: events.slice(index + 1) });
  }
  return all;
}

/** Follows the events along the steps. @returns how many steps they take, undefined when they don't go with them */
function walk(steps: readonly Step[], segment: Segment, start: number): number | undefined {
  const mayBeMissing = (step: Step) => step.text === undefined || step.isOptional || isReadAgain(step, segment);
  let place = start;
  for (const { text } of segment.events) {
    while (steps[place]?.text !== text) {
      const step = steps[place];
      if (step === undefined || !(segment.isCut || mayBeMissing(step))) return undefined;
      place += 1;
    }
    place += 1;
  }
  if (segment.isCut) return place;
  return steps.slice(place).every(mayBeMissing) ? steps.length : undefined;
}

/** Whoever was told to read again has read it. */
export function isReadAgain({ change }: Step, { from }: Segment): boolean {
  return typeof from === 'object' && !('state' in from) && committedAt(change.versionstamp) < from.at;
}
