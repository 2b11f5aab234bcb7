import type { Random } from '../chaos/random.js';
import type { PrincipalId } from './canary.js';

/** What is attacked: a service that runs, and the database that it runs. */
export interface Target {
  readonly httpUrl: string;
  /** Of another instance, of two workers, over the same database. */
  readonly otherUrl: string;
  /** Of the embedded database's HTTP port. */
  readonly databaseUrl: string;
  readonly apiKey: string;
  /** Of the principal `attacker`. */
  readonly token: string;
  /** That the database gave to the records `user:attacker` and `user:other`. */
  readonly recordTokens: Readonly<Record<PrincipalId, string>>;
  /** One of any principal, with any claims. */
  readonly tokenOf: (sub: string, claims: Readonly<Record<string, unknown>>) => string;
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
