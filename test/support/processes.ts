import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 25;

interface Stat {
  readonly state: string;
  readonly parent: number;
}

/** The processes that a process has started and that still run, and those that they have started. */
export function descendants(pid: number): readonly number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => stat(child)?.parent === pid);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** Settles when none of these processes runs any more; only looking tells. */
export async function untilGone(pids: readonly number[], waitMs = 5_000): Promise<void> {
  const deadline = Date.now() + waitMs;
  for (let left = pids; ; await delay(POLL_MS)) {
    left = left.filter(isRunning);
    if (left.length === 0) return;
    if (Date.now() > deadline) throw new Error(`Still running after ${waitMs} ms: ${left.join(', ')}`);
  }
}

/** One that has ended and that nobody has waited for yet doesn't run. */
export function isRunning(pid: number): boolean {
  const { state } = stat(pid) ?? {};
  return state !== undefined && state !== 'Z';
}

/** @returns undefined when there is no such process */
function stat(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Behind the name, which is in brackets and may hold anything.
    const [state = '', parent = ''] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
