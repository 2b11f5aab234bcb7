import { parseName } from '../../values/record-name.js';
import type { ParseInner, Scope } from './expression.js';
import { isKnownMethod } from './known-functions.js';
import { includeConstants, takeList } from './parse-list.js';
import { takeEdges, takeElement } from './parse-way.js';
import { readsOfParts, type ReadsBuilder } from './reads.js';
import type { CursorOfTokens } from './token-cursor.js';
import { UnsupportedExpression } from './tokens.js';

/** Where steps begin: at the principal's own record, at its edges, at what those lead to, in a token, or anywhere else. */
export type Place = 'own' | 'edge' | 'node' | 'claims' | 'value';

/** Passes the fields, edges and elements behind a constant, and notes what they read. */
export class StepsParser {
  constructor(
    private readonly cursor: CursorOfTokens,
    private readonly scope: Scope,
    private readonly inner: ParseInner,
    private readonly reads: ReadsBuilder,
  ) {}

  takeFrom(from: Place): void {
    let place = from;
    for (;;) {
      if (this.cursor.take('.')) place = this.field(place);
      else if (this.cursor.takeOneOf(['->', '<-', '<->'])) place = this.edge(place);
      else if (this.cursor.take('[')) takeElement(this.cursor);
      else return;
    }
  }

  private field(from: Place): Place {
    const { cursor } = this;
    if (cursor.take('*')) return this.readFrom(from, '*');
    const token = cursor.next();
    if (token.kind !== 'name') throw new UnsupportedExpression(`${token.text} behind a point is not supported`);
    if (cursor.take('(')) {
      if (!isKnownMethod(token.text)) throw new UnsupportedExpression(`the method ${token.text}() is not supported`);
      includeConstants(this.reads, takeList(cursor, ')', this.scope, this.inner));
      return 'value';
    }
    return from === 'own' && token.text === 'id' ? 'own' : this.readFrom(from, parseName(token.text) ?? '*');
  }

  /** Notes whose fields are read. */
  private readFrom(place: Place, name: string): Place {
    if (place === 'own') this.reads.ownField(name);
    else if (place === 'node') this.reads.node();
    else if (place === 'value') this.reads.link();
    return place === 'claims' ? 'claims' : 'value';
  }

  private edge(from: Place): Place {
    if (from === 'value' || from === 'claims') this.reads.link();
    if (from === 'node') this.reads.node();
    const { tables, parts } = takeEdges(this.cursor, this.inner);
    for (const table of tables) this.reads.step(table, from === 'own' ? 'edge' : from === 'edge' ? 'node' : 'further');
    if (parts) this.reads.include(readsOfParts(parts));
    return from === 'own' ? 'edge' : 'node';
  }
}
