import { omitPath, type DatabaseRow } from '../values/path.js';
import { compileCondition } from './compile-condition.js';
import { NO_ROW } from './condition.js';
import { canonicalText } from './canonical.js';
import type { FieldMask } from './row-rights.js';

/** A row as one may see it. The same object where nothing is hidden. */
export type RowMask = (row: DatabaseRow) => DatabaseRow;

/** Each mask looks at the whole row: a field that is hidden itself can decide on another. */
export function compileMasks(masks: readonly FieldMask[]): RowMask {
  const tests = masks.map(({ path, visible }) => ({ path, shows: compileCondition(visible) }));
  return (row) => {
    const hidden = tests.filter(({ shows }) => !shows(row));
    return hidden.reduce<DatabaseRow>((shown, { path }) => omitPath(shown, path), row);
  };
}

/** Whether no row at all shows the field. */
export function hidesAlways({ visible }: FieldMask): boolean {
  return canonicalText(visible) === canonicalText(NO_ROW);
}
