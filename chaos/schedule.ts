import { USUAL_KINDS, type Fault, type FaultKind } from './fault.js';
import type { Random } from './random.js';

/** Shorter and longer than the gateways' timeouts, which are 5 s for clients and 2 s for the database. */
const DURATIONS: Partial<Record<FaultKind, readonly [least: number, most: number]>> = {
  'gateway frozen briefly': [200, 2_000],
  'gateway frozen for long': [5_500, 8_000],
  'database frozen briefly': [100, 1_500],
  'database frozen for long': [2_500, 6_000],
  'database stuttering': [1_500, 3_500],
  'database threads held': [3_000, 8_000],
  'readers stalled': [2_000, 3_500],
  // Longer than the gateways wait for Redis, and than sentinels do.
  'redis frozen briefly': [300, 1_500],
  'redis frozen for long': [5_500, 8_000],
  'worker frozen briefly': [200, 2_000],
  'supervisor frozen': [500, 6_000],
};
const PAUSE_MS = [200, 2_500] as const;
/** What was hit is left alone for so long after the fault, so that it can come back. */
const RECOVERY_MS = 2_500;

/** All kinds in another order each round, with pauses: the faults of one seed are the same each time. */
export function schedule(
  random: Random,
  minutes: number,
  kinds: readonly FaultKind[] = USUAL_KINDS,
  gateways = 2,
): readonly Fault[] {
  const faults: Fault[] = [];
  const busyUntil = new Map<string, number>();
  for (let at = 1_000; ;) {
    for (const kind of random.shuffle(kinds)) {
      const gateway = random.between(0, gateways - 1);
      const victim = victimOf(kind, gateway);
      at = Math.max(at + random.between(...PAUSE_MS), busyUntil.get(victim) ?? 0);
      if (at > minutes * 60_000) return faults;
      const durationMs = random.between(...(DURATIONS[kind] ?? [0, 0]));
      busyUntil.set(victim, at + durationMs + RECOVERY_MS);
      faults.push({ kind, at, durationMs, gateway, share: random.between(1, 10) / 20 });
    }
  }
}

function victimOf(kind: FaultKind, gateway: number): string {
  if (/^(gateway|worker|supervisor)/.test(kind)) return `gateway ${gateway}`;
  if (kind.startsWith('redis')) return 'redis';
  return kind.startsWith('database') ? 'database' : kind;
}
