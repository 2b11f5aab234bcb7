const ACTIONS = ['create', 'update', 'delete'] as const;

/** One row that the page writes. */
export interface RowWrite {
  readonly action: (typeof ACTIONS)[number];
  readonly table: string;
  readonly id: string;
  /** What the row holds, or what of it changes; ignored by `delete`. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Rows in one request. */
export const MOST_WRITES = 100;
const LONGEST_NAME = 256;
/** Levels of lists and objects in values: far more than a person types, far fewer than a stack holds. */
const DEEPEST = 32;

/** @returns the writes of a request's body, or what is wrong with it */
export function readWrites(body: unknown): readonly RowWrite[] | string {
  const writes = isObject(body) ? body.writes : undefined;
  if (!Array.isArray(writes) || writes.length === 0) {
    return 'The body has to be a JSON object {writes: [{action, table, id, values}]}, sent as application/json.';
  }
  if (writes.length > MOST_WRITES) return `writes may be ${MOST_WRITES} at most.`;
  const fault = writes.map(faultOf).find((text) => text !== undefined);
  // Each was looked at.
  return fault ?? (writes as readonly RowWrite[]);
}

function faultOf(write: unknown): string | undefined {
  const { action, table, id, values } = isObject(write) ? write : {};
  if (!ACTIONS.some((known) => known === action)) return `action has to be one of ${ACTIONS.join(', ')}.`;
  if (!isName(table)) return `table has to be a text of 1 to ${LONGEST_NAME} characters.`;
  if (!isName(id)) return `id has to be a text of 1 to ${LONGEST_NAME} characters.`;
  if (!isObject(values) || Array.isArray(values)) return 'values has to be a JSON object.';
  return isDeeper(values, DEEPEST) ? `values may be nested ${DEEPEST} levels deep.` : undefined;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isDeeper(value: unknown, levels: number): boolean {
  return isObject(value) && (levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1)));
}
