import { isVariable } from './claim-variable.js';
import { isService, principalIdOf, type Caller } from '../tokens/principal.js';
import { PolicyError } from './policy-error.js';
import { isObject, objectWith } from './policy-object.js';
import { parseTemplate, type Captures, type TemplatePart } from './template.js';

/** Who may: the condition of a rule. */
export type Access =
  | { readonly kind: 'public' | 'authenticated' | 'service' | 'none' }
  /** Whoever asks from this very machine. Only the policy of development has it. */
  | { readonly kind: 'local' }
  /** A record user of the database, whom the database knows. */
  | { readonly kind: 'record' }
  | { readonly kind: 'role'; readonly role: string }
  | { readonly kind: 'principal'; readonly id: readonly TemplatePart[] }
  | { readonly kind: 'any'; readonly of: readonly Access[] };

export const NOBODY: Access = { kind: 'none' };

const NO_CAPTURES: Captures = new Map();

/**
 * @param placeholders that the rule's pattern has, such as `id` of `user:{id}`
 * @throws PolicyError
 */
export function parseAccess(json: unknown, place: string, placeholders: readonly string[] = []): Access {
  if (json === 'public' || json === 'authenticated' || json === 'service' || json === 'none') return { kind: json };
  if (!isObject(json) || Object.keys(json).length !== 1) {
    throw new PolicyError(
      place,
      'has to be "public", "authenticated", "service", "none", {"role": …}, {"principal": …} or {"any": […]}, or alone, for a topic, "surrealdb"',
    );
  }
  const { role, principal, any } = objectWith(place, json, ['role', 'principal', 'any']);
  if (role !== undefined) return { kind: 'role', role: parseRole(role, `${place}.role`) };
  if (principal !== undefined) return { kind: 'principal', id: parseId(principal, `${place}.principal`, placeholders) };
  if (!Array.isArray(any) || any.length === 0)
    throw new PolicyError(`${place}.any`, 'has to be an array of conditions');
  return { kind: 'any', of: any.map((item, index) => parseAccess(item, `${place}.any[${index}]`, placeholders)) };
}

function textAt(place: string, json: unknown): string {
  if (typeof json !== 'string' || json === '') throw new PolicyError(place, 'has to be a text');
  if (isVariable(json)) throw new PolicyError(place, `${json} is a variable, which only a where has`);
  return json;
}

function parseRole(json: unknown, place: string): string {
  const role = textAt(place, json);
  if (/[{}]/.test(role)) throw new PolicyError(place, 'a role has no placeholders');
  return role;
}

function parseId(json: unknown, place: string, placeholders: readonly string[]): readonly TemplatePart[] {
  const parts = parseTemplate(textAt(place, json), place);
  for (const part of parts) {
    if (part.kind === 'wildcard') throw new PolicyError(place, 'a principal is named whole, without *');
    if (part.kind === 'placeholder' && !placeholders.includes(part.name)) {
      throw new PolicyError(place, `unknown placeholder {${part.name}}`);
    }
  }
  return parts;
}

/** Whether the caller fulfils the condition, in a channel whose placeholders stand for `captures`. */
export function allows(access: Access, caller: Caller, captures: Captures = NO_CAPTURES): boolean {
  const { principal, local } = caller;
  switch (access.kind) {
    case 'public':
      return true;
    case 'local':
      return local;
    case 'record':
      return principal?.record !== undefined;
    case 'authenticated':
      return principal !== undefined;
    case 'service':
      return principal !== undefined && isService(principal);
    case 'none':
      return false;
    case 'role':
      return principal?.roles.includes(access.role) ?? false;
    case 'principal':
      return principal?.id === principalIdOf(fill(access.id, captures));
    case 'any':
      return access.of.some((one) => allows(one, caller, captures));
  }
}

function fill(parts: readonly TemplatePart[], captures: Captures): string {
  return parts
    .map((part) => (part.kind === 'text' ? part.text : part.kind === 'placeholder' ? captures.get(part.name) : ''))
    .join('');
}
