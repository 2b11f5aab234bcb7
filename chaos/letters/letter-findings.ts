import { until } from '../../test/support/poll.js';
import type { FeedChange } from '../../test/support/feed.js';
import type { Violation } from '../violation.js';
import { LetterJudge } from './letter-judge.js';
import type { LetterReader } from './letter-reader.js';

const SETTLE_MS = 60_000;

export interface LetterFindings {
  readonly violations: readonly Violation[];
  /** How often people were given rights. */
  readonly rightsGiven: number;
}

/** Holds what record users were told against who could see what when, once nothing more is written. */
export async function letterFindings(
  readers: readonly LetterReader[],
  feed: readonly FeedChange[],
  stopping: AbortSignal,
): Promise<LetterFindings> {
  const judge = new LetterJudge(feed);
  let violations: readonly Violation[] = [];
  const isSettled = () => {
    violations = readers.flatMap((reader) => judge.judge(reader));
    return stopping.aborted || !violations.some(({ kind }) => kind === 'wrong rows');
  };
  await until(isSettled, SETTLE_MS).catch(() => undefined);
  return { violations, rightsGiven: judge.rightsGiven };
}
