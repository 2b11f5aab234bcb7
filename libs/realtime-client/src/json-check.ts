/**
 * Refuses what JSON would leave out, or turn into null or an empty object. What was meant must not be lost on the way: in a filter
 * it would make the filter wider, `{ room: undefined }` is every room.
 *
 * @throws TypeError naming the place
 */
export function checkFilter(filter: unknown): void {
  check(filter, 'filter', { mayLack: false, fix: 'give it a value, or leave the condition out' }, []);
}

/**
 * The same, of data that is published. What is undefined in an object is left out, as JSON does everywhere.
 *
 * @throws TypeError naming the place
 */
export function checkData(data: unknown): void {
  if (data !== undefined) check(data, 'data', { mayLack: true, fix: 'send an array, a plain object or the like' }, []);
}

/**
 * The same, of what others see of who is present.
 *
 * @throws TypeError naming the place
 */
export function checkState(state: unknown): void {
  if (typeof state !== 'object' || state === null || Array.isArray(state)) {
    throw new TypeError('state has to be an object, such as { name: "Ann" }. To leave, call leave().');
  }
  check(state, 'state', { mayLack: true, fix: 'send an array, a plain object or the like' }, []);
}

interface Rules {
  /** A property of an object may be undefined. In an array nothing can be left out: it would be sent as null. */
  readonly mayLack: boolean;
  readonly fix: string;
}

function check(value: unknown, place: string, rules: Rules, around: readonly unknown[]): void {
  if (around.includes(value)) throw new TypeError(`${place} contains itself.`);
  const sent = asSent(value);
  if (!isJson(sent) || (sent === null && value !== null)) {
    throw new TypeError(`${place} is ${shown(value)}, which can't be sent: ${rules.fix}.`);
  }
  const mayLack = rules.mayLack && !Array.isArray(sent);
  for (const [name, part] of partsOf(sent)) {
    if (part !== undefined || !mayLack) check(part, `${place}${name}`, rules, [...around, value]);
  }
}

/** Dates become texts, and invalid ones null. */
function asSent(value: unknown): unknown {
  // A buffer of Node makes itself JSON, in a shape that nobody expects.
  if (ArrayBuffer.isView(value)) return value;
  const { toJSON } = Object(value) as { toJSON?: unknown };
  return typeof toJSON === 'function' ? (toJSON.call(value, '') as unknown) : value;
}

function isJson(value: unknown): boolean {
  if (typeof value === 'object') return value === null || Array.isArray(value) || isRecord(value);
  return Number.isFinite(value) || ['string', 'boolean'].includes(typeof value);
}

/** JSON sees the properties of an object, and nothing of what is in a map, a set, a promise or an expression. */
function isRecord(value: object): boolean {
  if (ArrayBuffer.isView(value)) return false;
  return tagOf(value) === 'Object' || Object.keys(value).length > 0;
}

/** Also of an object from another realm, such as an iframe. */
function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  const isOpaque = typeof value === 'object' && value !== null && tagOf(value) !== 'Date';
  return isOpaque ? `of the type ${tagOf(value)}` : String(value);
}

function partsOf(value: unknown): (readonly [name: string, part: unknown])[] {
  // Spread out, since a hole is sent as null.
  if (Array.isArray(value)) return [...(value as unknown[])].map((part, index) => [`[${index}]`, part]);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).map(([name, part]) => [`.${name}`, part]);
}
