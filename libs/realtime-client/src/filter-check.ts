/**
 * Refuses what JSON would leave out, or turn into null. A value that was forgotten must not make a filter wider: without it,
 * `{ room: undefined }` is every room.
 *
 * @throws TypeError naming the place in the filter
 */
export function checkFilter(value: unknown, place = 'filter', around: readonly unknown[] = []): void {
  if (around.includes(value)) throw new TypeError(`${place} contains itself.`);
  const sent = asSent(value);
  if (!isJson(sent) || (sent === null && value !== null)) {
    const shown = typeof value === 'function' ? 'a function' : String(value);
    throw new TypeError(`${place} is ${shown}, which can't be sent: give it a value, or leave the condition out.`);
  }
  for (const [name, part] of partsOf(sent)) checkFilter(part, `${place}${name}`, [...around, value]);
}

/** Dates become texts, and invalid ones null. */
function asSent(value: unknown): unknown {
  const { toJSON } = Object(value) as { toJSON?: unknown };
  return typeof toJSON === 'function' ? (toJSON.call(value, '') as unknown) : value;
}

function isJson(value: unknown): boolean {
  return Number.isFinite(value) || ['object', 'string', 'boolean'].includes(typeof value);
}

function partsOf(value: unknown): (readonly [name: string, part: unknown])[] {
  // Spread out, since a hole is sent as null.
  if (Array.isArray(value)) return [...(value as unknown[])].map((part, index) => [`[${index}]`, part]);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).map(([name, part]) => [`.${name}`, part]);
}
