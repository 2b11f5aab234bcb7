import type { Expression, ParseInner, Scope } from './expression.js';
import type { ReadsBuilder } from './reads.js';
import type { CursorOfTokens } from './token-cursor.js';
import { UnsupportedExpression } from './tokens.js';

/** Expressions with commas between them, up to a sign. */
export function takeList(cursor: CursorOfTokens, end: string, scope: Scope, inner: ParseInner): Expression[] {
  const items: Expression[] = [];
  while (!cursor.take(end)) {
    if (items.length > 0) cursor.expect(',');
    items.push(inner(scope));
  }
  return items;
}

/** What constants read is read by what they are part of. @throws UnsupportedExpression for what is no constant */
export function includeConstants(reads: ReadsBuilder, items: readonly Expression[]): void {
  for (const item of items) {
    if (item.kind !== 'constant') {
      throw new UnsupportedExpression(`${item.text} of the row is not supported here: compare it by itself`);
    }
    reads.include(item.reads);
  }
}
