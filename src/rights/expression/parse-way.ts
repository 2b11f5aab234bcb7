import { parseName } from '../../values/record-name.js';
import type { Access, ParseInner, Parts, Scope, Step } from './expression.js';
import { isMethodOfRows } from './known-functions.js';
import { joinParts, noParts, partsOf } from './parts.js';
import type { CursorOfTokens } from './token-cursor.js';
import { UnsupportedExpression } from './tokens.js';

interface Edges {
  readonly tables: readonly string[];
  /** Of the condition that they have. */
  readonly parts: Parts | undefined;
}

/** Steps behind a field, from the row itself, or from where a way led that has a name: `room.members`, `->likes->post`. */
export function parseWay(cursor: CursorOfTokens, begun: Access, scope: Scope, inner: ParseInner): Parts {
  const path: Step[] = [...begun.path];
  const others: Parts[] = [];
  let isValue = false;
  for (;;) {
    if (cursor.take('[')) {
      takeElement(cursor);
      path.push({ element: true });
    } else if (cursor.take('.')) {
      const token = cursor.next();
      if (token.kind !== 'name') throw new UnsupportedExpression(`.${token.text} is not supported: name a field`);
      if (cursor.take('(')) {
        others.push(...takeArguments(cursor, token.text, scope, inner));
        isValue = true;
      } else if (isValue) {
        throw new UnsupportedExpression(`.${token.text} is not understood: steps begin at a field of the row`);
      } else path.push({ field: nameOf(token.text) });
    } else if (!isValue && cursor.takeOneOf(['->', '<-', '<->'])) {
      const { tables, parts } = takeEdges(cursor, inner);
      path.push({ edges: tables });
      if (parts) others.push(parts);
    } else break;
  }
  const access: Access = { from: begun.from, path };
  const parts = joinParts([{ ...noParts(), accesses: [access] }, ...others]);
  return isValue ? parts : { ...parts, way: access };
}

/** Behind an arrow, the name of a table, or of some in parentheses: `->member`, `->(member, guest WHERE role = 'admin')`. */
export function takeEdges(cursor: CursorOfTokens, inner: ParseInner): Edges {
  const tables: string[] = [];
  const isGroup = cursor.take('(');
  do {
    const token = cursor.next();
    const table = token.kind === 'name' ? parseName(token.text) : undefined;
    if (table === undefined) throw new UnsupportedExpression(`->${token.text} is not supported: name the tables`);
    tables.push(table);
  } while (isGroup && cursor.take(','));
  if (!isGroup) return { tables, parts: undefined };
  const parts = cursor.take('WHERE') ? partsOf(inner(tables), tables) : undefined;
  cursor.expect(')');
  return { tables, parts };
}

/** The place of an element, in brackets. */
export function takeElement(cursor: CursorOfTokens): void {
  const token = cursor.next();
  if (token.kind !== 'literal' && token.text !== '$') {
    throw new UnsupportedExpression(`[${token.text}… is not supported: give the place of an element`);
  }
  cursor.expect(']');
}

function takeArguments(cursor: CursorOfTokens, method: string, scope: Scope, inner: ParseInner): Parts[] {
  if (!isMethodOfRows(method)) throw new UnsupportedExpression(`the method ${method}() is not supported`);
  const parts: Parts[] = [];
  while (!cursor.take(')')) {
    if (parts.length > 0) cursor.expect(',');
    parts.push(partsOf(inner(scope), scope));
  }
  return parts;
}

function nameOf(text: string): string {
  const name = parseName(text);
  if (name !== undefined && name !== '__proto__' && !name.includes('.')) return name;
  throw new UnsupportedExpression(`${text} is no field that can be followed`);
}
