import { isVariable } from './claim-variable.js';
import type { RecordId } from 'surrealdb';
import { isService, principalIdOf, type Caller } from '../tokens/principal.js';
import { PolicyError } from './policy-error.js';
import { isObject, objectWith } from './policy-object.js';
import { parseRecordTemplate, recordFor, type RecordTemplate } from './record-template.js';
import { checkPlaceholders, fillTemplate, parseTemplate, type Captures, type TemplatePart } from './template.js';

/** Who may: the condition of a rule. */
export type Access =
  | { readonly kind: 'public' | 'authenticated' | 'service' | 'none' }
  /** Whoever asks from this very machine. Only the policy of development has it. */
  | { readonly kind: 'local' }
  /** A record user of the database, whom the database knows. */
  | { readonly kind: 'record' }
  | { readonly kind: 'role'; readonly role: string }
  | { readonly kind: 'principal'; readonly id: readonly TemplatePart[] }
  /** Record users who may select a record, as the permissions of the database have it. */
  | { readonly kind: 'selects'; readonly record: RecordTemplate }
  | { readonly kind: 'any'; readonly of: readonly Access[] };

export const NOBODY: Access = { kind: 'none' };

/** Whether the caller may select a record, as far as that is known. */
export type Selects = (record: RecordId) => boolean;

const NO_CAPTURES: Captures = new Map();
const SELECTS_NOTHING: Selects = () => false;

/**
 * @param placeholders that the rule's pattern has, such as `id` of `user:{id}`; absent: it is a topic's
 * @throws PolicyError
 */
export function parseAccess(json: unknown, place: string, placeholders?: readonly string[]): Access {
  if (json === 'public' || json === 'authenticated' || json === 'service' || json === 'none') return { kind: json };
  if (!isObject(json) || Object.keys(json).length !== 1) {
    throw new PolicyError(
      place,
      'has to be "public", "authenticated", "service", "none", {"role": …}, {"principal": …} or {"any": […]}, or alone, for a topic, "surrealdb", or, for a channel, {"surrealdb": "room:{id}"}',
    );
  }
  const { role, principal, any, surrealdb } = objectWith(place, json, ['role', 'principal', 'any', 'surrealdb']);
  if (role !== undefined) return { kind: 'role', role: parseRole(role, `${place}.role`) };
  if (principal !== undefined) {
    return { kind: 'principal', id: parseId(principal, `${place}.principal`, placeholders ?? []) };
  }
  if (surrealdb !== undefined) return parseSelects(surrealdb, `${place}.surrealdb`, placeholders);
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
  checkPlaceholders('a principal', parts, placeholders, place);
  return parts;
}

function parseSelects(json: unknown, place: string, placeholders: readonly string[] | undefined): Access {
  if (!placeholders)
    throw new PolicyError(place, 'is for channels; the rows of a topic are those of "surrealdb" alone');
  return { kind: 'selects', record: parseRecordTemplate(textAt(place, json), place, placeholders) };
}

/** Whether the caller fulfils the condition, in a channel whose placeholders stand for `captures`. */
export function allows(
  access: Access,
  caller: Caller,
  captures: Captures = NO_CAPTURES,
  selects: Selects = SELECTS_NOTHING,
): boolean {
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
      return principal?.id === principalIdOf(fillTemplate(access.id, captures));
    case 'selects': {
      const record = recordFor(access.record, captures);
      return record !== undefined && selects(record);
    }
    case 'any':
      return access.of.some((one) => allows(one, caller, captures, selects));
  }
}

/** The records on which the condition hangs, in such a channel. */
export function recordsOf(access: Access, captures: Captures): readonly RecordId[] {
  if (access.kind === 'any') return access.of.flatMap((one) => recordsOf(one, captures));
  if (access.kind !== 'selects') return [];
  const record = recordFor(access.record, captures);
  return record ? [record] : [];
}

/** Whether the condition hangs on records in some channels. */
export function asksForRecords(access: Access): boolean {
  return access.kind === 'any' ? access.of.some(asksForRecords) : access.kind === 'selects';
}
