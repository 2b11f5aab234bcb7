import { PolicyError } from './policy-error.js';
import { parseTemplate, type Captures, type TemplatePart } from './template.js';

/** The names that a rule for channels is about, such as `lobby`, `user:{id}`, `room:*` or `*`. */
export interface ChannelPattern {
  /** What a name begins with; all of it, if there are no gaps. */
  readonly prefix: string;
  readonly gaps: readonly Gap[];
}

/** A placeholder (one or more characters) or, without a name, a wildcard (any number), and the text that ends it. */
interface Gap {
  readonly placeholder?: string;
  readonly until: string;
}

/** @throws PolicyError */
export function parseChannelPattern(pattern: string, place: string): ChannelPattern {
  if (pattern === '') throw new PolicyError(place, 'a channel has a name');
  const parts = parseTemplate(pattern, place);
  const placeholders = parts.flatMap((part) => (part.kind === 'placeholder' ? [part.name] : []));
  if (new Set(placeholders).size < placeholders.length) throw new PolicyError(place, 'a placeholder comes twice');
  return { prefix: textOf(parts[0]), gaps: parts.flatMap((part, index) => gapOf(part, parts[index + 1], place)) };
}

function gapOf(part: TemplatePart, next: TemplatePart | undefined, place: string): Gap[] {
  if (part.kind === 'text') return [];
  if (next && next.kind !== 'text') throw new PolicyError(place, 'text has to separate placeholders and wildcards');
  return [{ until: textOf(next), ...(part.kind === 'placeholder' ? { placeholder: part.name } : {}) }];
}

function textOf(part: TemplatePart | undefined): string {
  return part?.kind === 'text' ? part.text : '';
}

/** Sorts the most specific first: exact names, then placeholders, then wildcards; of two of a kind the longer prefix. */
export function compareSpecificity(a: ChannelPattern, b: ChannelPattern): number {
  return breadth(a) - breadth(b) || b.prefix.length - a.prefix.length || textLength(b) - textLength(a);
}

function breadth({ gaps }: ChannelPattern): number {
  if (gaps.length === 0) return 0;
  return gaps.every(({ placeholder }) => placeholder !== undefined) ? 1 : 2;
}

function textLength({ prefix, gaps }: ChannelPattern): number {
  return gaps.reduce((sum, { until }) => sum + until.length, prefix.length);
}

/**
 * What the placeholders stand for in a channel that matches; `undefined` for one that doesn't. Each takes as little as
 * it can, the last one the rest: `dm:{from}:{to}` reads `dm:a:b:c` as `a` and `b:c`. The time it takes is linear in the
 * length of the name, which a client chooses: this is why patterns are not made regular expressions.
 */
export function matchChannel({ prefix, gaps }: ChannelPattern, channel: string): Captures | undefined {
  if (!channel.startsWith(prefix)) return undefined;
  const captures = new Map<string, string>();
  let position = prefix.length;
  for (const [index, { placeholder, until }] of gaps.entries()) {
    const earliest = position + (placeholder === undefined ? 0 : 1);
    const last = index === gaps.length - 1;
    const end = last ? channel.length - until.length : channel.indexOf(until, earliest);
    if (end < earliest || !channel.startsWith(until, end)) return undefined;
    if (placeholder !== undefined) captures.set(placeholder, channel.slice(position, end));
    position = end + until.length;
  }
  return position === channel.length ? captures : undefined;
}
