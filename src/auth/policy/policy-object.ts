import { PolicyError } from './policy-error.js';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(json: unknown): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** @throws PolicyError for what is no object */
export function objectAt(place: string, json: unknown): JsonObject {
  if (isObject(json)) return json;
  throw new PolicyError(place, 'has to be an object');
}

/** @throws PolicyError for what is no object, or has a key that is not among `keys` */
export function objectWith(place: string, json: unknown, keys: readonly string[]): JsonObject {
  const object = objectAt(place, json);
  const unknown = Object.keys(object).find((key) => !keys.includes(key));
  if (unknown === undefined) return object;
  throw new PolicyError(`${place}.${unknown}`, `unknown key (known are ${keys.join(', ')})`);
}
