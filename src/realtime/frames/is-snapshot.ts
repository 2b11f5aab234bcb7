import { ValidateBy } from 'class-validator';

const MAX_SORT_KEYS = 16;

/** `true`, `false`, or `{limit?, orderBy?}`. How many rows there may be, and what is a path, is for who reads them to say. */
export function IsSnapshot(): PropertyDecorator {
  return ValidateBy({
    name: 'isSnapshot',
    validator: {
      validate: (value) => faultOf(value) === undefined,
      defaultMessage: (args) => faultOf(args?.value) ?? '',
    },
  });
}

function faultOf(value: unknown): string | undefined {
  if (typeof value === 'boolean') return undefined;
  if (!isObject(value)) return 'snapshot has to be true or an object with limit, orderBy or both';
  const { limit, orderBy } = value;
  if (limit !== undefined && !(Number.isSafeInteger(limit) && Number(limit) > 0)) {
    return 'snapshot.limit has to be a whole number of at least 1';
  }
  if (orderBy === undefined) return undefined;
  if (!Array.isArray(orderBy) || orderBy.length > MAX_SORT_KEYS || !orderBy.every(isSortKey)) {
    return `snapshot.orderBy has to be a list of up to ${MAX_SORT_KEYS} objects like {"field":"created_at","desc":true}`;
  }
  return undefined;
}

function isSortKey(key: unknown): boolean {
  if (!isObject(key)) return false;
  const { field, desc } = key;
  return typeof field === 'string' && (desc === undefined || typeof desc === 'boolean');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
