import { Decimal, Duration } from 'surrealdb';

const LARGEST_INTEGER = 2n ** 63n - 1n;
const LARGEST_SECONDS = 2n ** 64n - 1n;
const LARGEST_COEFFICIENT = 2n ** 96n - 1n;
const MOST_PLACES = 28;

const DECIMAL = /^-?(\d{1,29})(?:\.(\d{1,28}))?$/;
const INTEGER = /^-?\d{1,19}$/;
const DURATION = /^(?:\d{1,20}(?:ns|us|µs|μs|ms|s|m|h|d|w|y))+$/;

/** A decimal of at most 96 bits and 28 places: SurrealDB gives no answer to a query with a larger one. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, whole = '', places = ''] = match;
  if (places.length > MOST_PLACES || BigInt(whole + places) > LARGEST_COEFFICIENT) return undefined;
  return new Decimal(text);
}

/** An integer of 64 bits, a bigint where a number can't hold it. */
export function parseInteger(text: string): number | bigint | undefined {
  if (!INTEGER.test(text)) return undefined;
  const integer = BigInt(text);
  if (Number.isSafeInteger(Number(integer))) return Number(integer);
  return isInteger64(integer) ? integer : undefined;
}

export function isInteger64(integer: bigint): boolean {
  return integer <= LARGEST_INTEGER && integer >= -LARGEST_INTEGER - 1n;
}

/** A duration such as `1h30m`. */
export function parseDuration(text: string): Duration | undefined {
  if (!DURATION.test(text)) return undefined;
  const duration = new Duration(text);
  return duration.seconds <= LARGEST_SECONDS ? duration : undefined;
}
