import type { Random } from '../chaos/random.js';

/** What is attacked: a service that runs, and the database that it runs. */
export interface Target {
  readonly httpUrl: string;
  /** Of the embedded database's HTTP port. */
  readonly databaseUrl: string;
  /** Good for the service. */
  readonly token: string;
}

/**
 * One kind of attack, in a file of its own in `attackers/` and in the list of `attackers.ts`. `attack` is one action: short,
 * and the same each time for the same `Random`. It fails only when the target did what it never may; that a connection is refused or
 * cut is no failure. What is looked at while it runs, and after all of it, is in `watch.ts`.
 */
export interface Attacker {
  readonly name: string;
  attack(target: Target, random: Random): Promise<void>;
}
