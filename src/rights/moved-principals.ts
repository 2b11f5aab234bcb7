import type { Principal } from '../auth/tokens/principal.js';
import type { Change } from '../surreal/changes/change.js';

/** Stands for a place in the feed that isn't known. */
const SOMEWHERE = -1n;

/** Principals that are concerned by changes which are about to be handed on, with the places of those changes in the feed. */
export class MovedPrincipals {
  private readonly stamps = new Map<Principal, Set<bigint>>();

  get isEmpty(): boolean {
    return this.stamps.size === 0;
  }

  add(principal: Principal, { place }: Change): void {
    const stamps = this.stamps.get(principal) ?? new Set<bigint>();
    this.stamps.set(principal, stamps.add(place?.stamp ?? SOMEWHERE));
  }

  /** A change that is behind those counts for the principals that are concerned already. */
  addBehind(principal: Principal, { place }: Change): void {
    this.stamps.get(principal)?.add(place?.stamp ?? SOMEWHERE);
  }

  /** It isn't known what is behind those changes. */
  addUnknown(): void {
    for (const stamps of this.stamps.values()) stamps.add(SOMEWHERE);
  }

  /** The principals that several changes concern, which are in several places of the feed. */
  movedOften(): ReadonlySet<Principal> {
    const often = new Set<Principal>();
    for (const [principal, stamps] of this.stamps) if (stamps.size > 1) often.add(principal);
    return often;
  }
}
