import { parseName } from '../../values/record-name.js';
import type { ParseInner, Scope, Step } from './expression.js';
import { isKnownMethod } from './known-functions.js';
import type { Origin, Place } from './names.js';
import { includeConstants, takeList } from './parse-list.js';
import { takeEdges, takeElement } from './parse-way.js';
import { readsOfParts, type ReadsBuilder } from './reads.js';
import type { CursorOfTokens } from './token-cursor.js';
import { UnsupportedExpression } from './tokens.js';

/** Passes the fields, edges and elements behind a constant, and notes what they read. */
export class StepsParser {
  /** From the principal's own record. Absent: they don't begin there, or lead to something else. */
  private path: Step[] | undefined;

  constructor(
    private readonly cursor: CursorOfTokens,
    private readonly scope: Scope,
    private readonly inner: ParseInner,
    private readonly reads: ReadsBuilder,
  ) {}

  /** @returns all steps from the principal's own record; `undefined`: where they lead isn't known so */
  takeFrom({ place: from, path }: Origin): readonly Step[] | undefined {
    this.path = path && [...path];
    let place = from;
    for (;;) {
      if (this.cursor.take('.')) place = this.field(place);
      else if (this.cursor.takeOneOf(['->', '<-', '<->'])) place = this.edge(place);
      else if (this.cursor.take('[')) this.element();
      else break;
    }
    if (this.path && this.path.length > 0) this.reads.ownWay(this.path);
    return this.path;
  }

  private element(): void {
    takeElement(this.cursor);
    this.path?.push({ element: true });
  }

  private field(from: Place): Place {
    const { cursor } = this;
    if (cursor.take('*')) return this.readFrom(from, '*');
    const token = cursor.next();
    if (token.kind !== 'name') throw new UnsupportedExpression(`${token.text} behind a point is not supported`);
    if (cursor.take('(')) {
      if (!isKnownMethod(token.text)) throw new UnsupportedExpression(`the method ${token.text}() is not supported`);
      includeConstants(this.reads, takeList(cursor, ')', this.scope, this.inner));
      this.leave();
      return 'value';
    }
    return from === 'own' && token.text === 'id' ? 'own' : this.readFrom(from, parseName(token.text) ?? '*');
  }

  /** Notes whose fields are read. */
  private readFrom(place: Place, name: string): Place {
    if (place === 'own') this.reads.ownField(name);
    else if (place === 'node') this.reads.node();
    else if (place === 'value' && !this.path) this.reads.link();
    if (name === '*') this.leave();
    else this.path?.push({ field: name });
    return place === 'claims' ? 'claims' : 'value';
  }

  private edge(from: Place): Place {
    if ((from === 'value' && !this.path) || from === 'claims') this.reads.link();
    if (from === 'node') this.reads.node();
    const { tables, parts } = takeEdges(this.cursor, this.inner);
    for (const table of tables) this.reads.step(table, from === 'own' ? 'edge' : from === 'edge' ? 'node' : 'further');
    if (parts) this.reads.include(readsOfParts(parts));
    this.path?.push({ edges: tables });
    return from === 'own' ? 'edge' : 'node';
  }

  /** What was passed is something else than records: what is known of the way ends here. */
  private leave(): void {
    if (this.path && this.path.length > 0) this.reads.ownWay(this.path);
    this.path = undefined;
  }
}
