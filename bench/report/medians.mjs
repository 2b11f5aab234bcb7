/**
 * One row for each peer and case, where a case was measured several times: each figure is the median of its own. Rows of detail
 * stay as they are.
 */
export function medians(rows) {
  const groups = new Map();
  for (const row of rows) {
    const key = row.detail ? row : `${row.peer}\n${row.case}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map(merged);
}

/** Of values that have one shape: numbers become their median, what isn't a number is the first one's. */
function merged(values) {
  const [first] = values;
  if (values.length === 1) return first;
  if (typeof first === 'number') return median(values.filter(Number.isFinite));
  if (typeof first !== 'object' || first === null || Array.isArray(first)) return first;
  const keys = new Set(values.flatMap(Object.keys));
  const of = (key) => values.map((value) => value[key]).filter((value) => value !== undefined);
  return Object.fromEntries([...keys].map((key) => [key, merged(of(key))]));
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
