/** The smallest value that this part of all values, ascending, doesn't exceed. */
export function percentile(values: readonly number[], part: number): number {
  const ascending = [...values].sort((one, other) => one - other);
  return ascending[Math.max(0, Math.ceil(ascending.length * part) - 1)] ?? NaN;
}
