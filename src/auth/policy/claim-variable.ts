import { CLAIM_KINDS, type ClaimKind } from './claim-kind.js';
import { PolicyError } from './policy-error.js';
import { claimAt } from '../tokens/claims.js';
import type { Principal } from '../tokens/principal.js';

const CLAIMS = '$claims.';
const KIND = new RegExp(`:(${CLAIM_KINDS.join('|')})$`);

/** What an id, and a role, can be said to be. */
const KINDS_OF_ID: readonly ClaimKind[] = ['string', 'record', 'uuid'];

/** A variable of a policy's `where`, such as `$claims.level:number`. */
export interface ClaimVariable {
  readonly name: string;
  /** What the value has to be; absent: whatever the row's value can be compared with. */
  readonly kind?: ClaimKind;
}

/** Whether a text of a policy's `where` means a variable: `$claims.rooms` does, `$5` is only text. */
export function isVariable(value: unknown): value is string {
  return typeof value === 'string' && /^\$[A-Za-z_]/.test(value);
}

/** @throws PolicyError for a variable that doesn't exist, or can't be of its kind */
export function checkVariable(text: string, place: string): void {
  const { name, kind } = parseVariable(text);
  const isPrincipal = name === '$principal.id' || name === '$principal.roles';
  if (isPrincipal && kind !== undefined && !KINDS_OF_ID.includes(kind)) {
    throw new PolicyError(place, `${name} is a text: it can be of the kind ${KINDS_OF_ID.join(', ')}`);
  }
  const path = name.startsWith(CLAIMS) ? name.slice(CLAIMS.length) : '';
  if (isPrincipal || path.split('.').every((part) => part !== '')) return;
  throw new PolicyError(place, `unknown variable ${text} (known are $claims.<name>, $principal.id, $principal.roles)`);
}

/** A kind is what stands behind the last colon, if it is one: claims can be named `https://example.com/team`. */
export function parseVariable(text: string): ClaimVariable {
  const kind = KIND.exec(text)?.[1] as ClaimKind | undefined;
  return kind === undefined ? { name: text } : { name: text.slice(0, -kind.length - 1), kind };
}

/** What a variable stands for; `undefined` without a principal or such a claim. */
export function valueOfVariable({ name }: ClaimVariable, principal: Principal | undefined): unknown {
  if (!principal) return undefined;
  if (name === '$principal.id') return principal.id;
  if (name === '$principal.roles') return principal.roles;
  return claimAt(principal.claims, name.slice(CLAIMS.length));
}
