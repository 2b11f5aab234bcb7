import { parseName } from '../../values/record-name.js';
import type { ParseInner, Parts } from './expression.js';
import { joinParts, partsOf } from './parts.js';
import type { CursorOfTokens } from './token-cursor.js';
import { UnsupportedExpression } from './tokens.js';

/**
 * Behind the word SELECT: `VALUE room FROM member WHERE user = $auth.id`. It selects from tables that it names, so that nothing in
 * it hangs on the row.
 */
export function parseSelect(cursor: CursorOfTokens, inner: ParseInner): Parts {
  /** Named behind what reads them. */
  const tables: string[] = [];
  const all: Parts[] = [];
  const expression = () => all.push(partsOf(inner(tables), tables));
  if (cursor.take('VALUE')) expression();
  else takeFields(cursor, expression);
  takeTables(cursor, tables);
  if (cursor.take('WHERE')) expression();
  if (cursor.take('GROUP')) takeGroup(cursor, expression);
  if (cursor.take('ORDER')) takeOrder(cursor, expression);
  for (const word of ['LIMIT', 'START']) {
    if (!cursor.take(word)) continue;
    cursor.take('BY');
    expression();
  }
  // What it selects from counts even where nothing of it is named.
  return joinParts([...all, { constants: [], accesses: [{ from: tables, selects: true, path: [] }], arithmetic: 0 }]);
}

function takeFields(cursor: CursorOfTokens, expression: () => void): void {
  do {
    if (cursor.take('*')) continue;
    expression();
    if (cursor.take('AS')) cursor.next();
  } while (cursor.take(','));
}

function takeTables(cursor: CursorOfTokens, tables: string[]): void {
  cursor.expect('FROM');
  cursor.take('ONLY');
  do {
    const token = cursor.next();
    const table = token.kind === 'name' ? parseName(token.text) : undefined;
    const following = cursor.peek()?.text;
    if (table === undefined || following === ':' || following === '::' || following === '(' || following === '.') {
      throw new UnsupportedExpression(`FROM ${token.text} is not supported: select from a table`);
    }
    tables.push(table);
  } while (cursor.take(','));
}

function takeGroup(cursor: CursorOfTokens, expression: () => void): void {
  if (cursor.take('ALL')) return;
  cursor.take('BY');
  do expression();
  while (cursor.take(','));
}

function takeOrder(cursor: CursorOfTokens, expression: () => void): void {
  cursor.take('BY');
  do {
    expression();
    cursor.takeOneOf(['COLLATE', 'NUMERIC']);
    cursor.takeOneOf(['ASC', 'DESC']);
  } while (cursor.take(','));
}
