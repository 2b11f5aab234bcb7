import { Decimal } from 'surrealdb';

export type Numeric = number | bigint | Decimal;

/** Multiplier with which SurrealDB compares the fractions of a float and a decimal, so many digits at a time. */
const STEP = 9_007_199_254_740_000;
const STEP_BIG = BigInt(STEP);
const STEPS = 12;

/** Order of numbers as SurrealDB has it: by value, whatever their type; NaN equals itself and is above all others. */
export function compareNumbers(a: Numeric, b: Numeric): number {
  if (typeof a === 'object') return typeof b === 'object' ? a.compare(b) : -compareWithDecimal(b, a);
  if (typeof b === 'object') return compareWithDecimal(a, b);
  if (a < b) return -1;
  if (a > b) return 1;
  // eslint-disable-next-line eqeqeq -- a number and a bigint of the same value are equal
  if (a == b) return 0;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

function compareWithDecimal(a: number | bigint, b: Decimal): number {
  if (typeof a === 'bigint') return new Decimal(a).compare(b);
  if (!Number.isFinite(a)) return a < 0 ? -1 : 1;
  const whole = BigInt(Math.trunc(a));
  if (whole !== b.int) return whole < b.int ? -1 : 1;
  return compareFractions(a - Math.trunc(a), b.frac, 10n ** BigInt(b.scale));
}

/**
 * SurrealDB finds 0.1 equal to 0.1dec and 1.1 greater than 1.1dec: it multiplies the fractions, the float with its
 * rounding, and compares the digits that come up before the point.
 */
function compareFractions(float: number, numerator: bigint, denominator: bigint): number {
  for (let step = 0; step < STEPS; step++) {
    if (float === 0 || numerator === 0n) {
      return float === 0 ? Number(numerator < 0n) - Number(numerator > 0n) : Math.sign(float);
    }
    float *= STEP;
    numerator *= STEP_BIG;
    const digits = BigInt(Math.trunc(float));
    const others = numerator / denominator;
    if (digits !== others) return digits < others ? -1 : 1;
    float -= Math.trunc(float);
    numerator %= denominator;
  }
  return 0;
}
