import { PolicyError } from './policy-error.js';
import type { Principal } from './principal.js';

/** Whether a text of a policy's `where` means a variable: `$claims.rooms` does, `$5` is only text. */
export function isVariable(value: unknown): value is string {
  return typeof value === 'string' && /^\$[A-Za-z_]/.test(value);
}

const CLAIMS = '$claims.';

/** @throws PolicyError for a variable that doesn't exist */
export function checkVariable(variable: string, place: string): void {
  const known = variable === '$principal.id' || variable === '$principal.roles';
  const path = variable.startsWith(CLAIMS) ? variable.slice(CLAIMS.length) : '';
  if (known || path.split('.').every((name) => name !== '')) return;
  throw new PolicyError(
    place,
    `unknown variable ${variable} (known are $claims.<name>, $principal.id, $principal.roles)`,
  );
}

/** What a variable stands for; `undefined` without a principal or such a claim. */
export function valueOfVariable(variable: string, principal: Principal | undefined): unknown {
  if (!principal) return undefined;
  if (variable === '$principal.id') return principal.id;
  if (variable === '$principal.roles') return principal.roles;
  return claimAt(principal.claims, variable.slice(CLAIMS.length));
}

/** Issuers name claims like `https://example.com/rooms`: a claim of the whole name comes before a path into objects. */
function claimAt(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) {
      return undefined;
    }
    value = Reflect.get(value, name);
  }
  return value;
}
