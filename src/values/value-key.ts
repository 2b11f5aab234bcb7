import { exactValue } from './exact-value.js';
import { kindOf } from './kind.js';

/** A text that is the same for equal values of SurrealDB, and for no others; `undefined` for values that can't be told apart. */
export function valueKey(value: unknown): string | undefined {
  switch (kindOf(value)) {
    case 'none':
      return 'none';
    case 'array':
      return listKey('array', value as readonly unknown[]);
    case 'set':
      return listKey('set', [...(value as Set<unknown>)]);
    case 'object':
      return objectKey(value as Readonly<Record<string, unknown>>);
    default: {
      const exact = exactValue(value);
      return exact && JSON.stringify(exact);
    }
  }
}

function listKey(kind: string, items: readonly unknown[]): string | undefined {
  const keys = items.map(valueKey);
  return keys.includes(undefined) ? undefined : `${kind}[${keys.join()}]`;
}

function objectKey(object: Readonly<Record<string, unknown>>): string | undefined {
  const fields = Object.keys(object)
    .sort()
    .map((name) => {
      const key = valueKey(object[name]);
      return key === undefined ? undefined : `${JSON.stringify(name)}:${key}`;
    });
  return fields.includes(undefined) ? undefined : `{${fields.join()}}`;
}
