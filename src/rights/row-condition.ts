import { RecordId } from 'surrealdb';
import { EVERY_ROW, NO_ROW, type Condition } from '../filter/condition.js';
import type { JoinedPart, Template } from '../filter/row-question.js';
import { valueKey } from '../values/value-key.js';
import { valuesIn, type AskedOfRow } from './asked-of-row.js';
import { exactCondition, InexactValue } from './exact-condition.js';
import { asksOfRow, statementsOf, type Constant, type Expression } from './expression/expression.js';
import type { RowQuestions } from './row-questions.js';
import type { Rule } from './table-permissions.js';

/** What constants are for one principal, by the text that the database is asked. */
export type Constants = ReadonlyMap<string, unknown>;

/** How the database is asked whether a constant counts as true. */
export function truthText({ text }: Constant): string {
  return `!!(${text})`;
}

/** What the database has to be asked for one principal before a rule becomes a condition. */
export function askedTexts({ expression, asked }: Rule): readonly string[] {
  const texts = statementsOf(expression).flatMap((statement) => {
    if (statement.kind === 'constant') return truthText(statement);
    return statement.kind === 'compare' ? statement.operand.text : [];
  });
  return asked ? [...texts, ...valuesIn(expression).map(({ text }) => text)] : texts;
}

/**
 * The rows for which a permission says yes, to one principal.
 *
 * @throws InexactValue
 */
export function rowCondition({ expression, asked }: Rule, constants: Constants, questions: RowQuestions): Condition {
  return asked ? askedCondition(expression, asked, constants, questions) : plainCondition(expression, constants);
}

function plainCondition(expression: Expression, constants: Constants): Condition {
  switch (expression.kind) {
    case 'constant':
      return constants.get(truthText(expression)) === true ? EVERY_ROW : NO_ROW;
    case 'field':
      return { kind: 'compare', path: [expression.name], operator: 'truthy', operand: true };
    case 'compare':
      return exactCondition(expression.field, expression.operator, constants.get(expression.operand.text));
    case 'and':
    case 'or':
      return { kind: expression.kind, of: expression.of.map((part) => plainCondition(part, constants)) };
    case 'not':
      return { kind: 'not', of: plainCondition(expression.of, constants) };
    case 'row':
      throw new Error(`the database was to be asked about ${expression.text}`);
  }
}

/**
 * The database is asked for all of it at once, since it looks at no further part where one says enough. What can be said without it
 * only spares it rows.
 */
function askedCondition(
  whole: Expression,
  asked: AskedOfRow,
  constants: Constants,
  questions: RowQuestions,
): Condition {
  const rest = withoutDecided(whole, constants);
  if (typeof rest === 'boolean') return rest ? EVERY_ROW : NO_ROW;
  const template = templateOf(rest, constants);
  const linked = asked.linked.map(({ way, tables, reads, statement }) => {
    return { way, tables, reads, ...templateOf(statement, constants) };
  });
  const { fields, largest, called } = asked;
  const tables = new Set(asked.tables);
  const joined: JoinedPart[] = [];
  for (const edges of asked.joined) {
    const at = constants.get(edges.at.text);
    if (isRecord(at)) joined.push({ tables: edges.tables, at });
    else for (const one of edges.tables) tables.add(one);
  }
  const key = keyOf([template, ...linked]);
  const question = questions.of({
    ...template,
    key: JSON.stringify([
      key,
      fields,
      [...tables],
      linked.map((one) => [one.way, one.tables]),
      joined.map((one) => one.tables),
      ...called,
    ]),
    fields,
    tables,
    linked,
    joined,
    ...(largest !== undefined && { largest }),
  });
  const condition: Condition = { kind: 'asked', question };
  const first = rest.kind === 'and' ? rest.of.filter((part) => !asksOfRow(part)) : [];
  const known = first.flatMap((part) => exactlyOr(part, constants));
  return known.length > 0 ? { kind: 'and', of: [...known, condition] } : condition;
}

/** Without the first parts, where they are the same for all rows. */
function withoutDecided(whole: Expression, constants: Constants): Expression | boolean {
  if (whole.kind !== 'and' && whole.kind !== 'or') return whole;
  const decisive = whole.kind === 'or';
  let n = 0;
  for (let part = whole.of[0]; part?.kind === 'constant'; part = whole.of[n]) {
    if ((constants.get(truthText(part)) === true) === decisive) return decisive;
    n += 1;
  }
  const of = whole.of.slice(n);
  const [first] = of;
  if (!first) return !decisive;
  if (of.length === 1) return first;
  return { ...whole, of, start: first.start, text: whole.text.slice(first.start - whole.start) };
}

function exactlyOr(part: Expression, constants: Constants): readonly Condition[] {
  try {
    return [plainCondition(part, constants)];
  } catch (error) {
    if (error instanceof InexactValue) return [];
    throw error;
  }
}

function templateOf(expression: Expression, constants: Constants): Template {
  const pieces: string[] = [];
  const values: unknown[] = [];
  let at = expression.start;
  for (const { start, text } of valuesIn(expression)) {
    pieces.push(textBetween(expression, at, start));
    values.push(constants.get(text));
    at = start + text.length;
  }
  pieces.push(textBetween(expression, at, expression.start + expression.text.length));
  return { pieces, values };
}

function textBetween({ text, start }: Expression, from: number, to: number): string {
  return text.slice(from - start, to - start);
}

function keyOf(templates: readonly Template[]): readonly (readonly string[])[] {
  return templates.map(({ pieces, values }) => {
    const keys = values.map((value) => {
      const key = valueKey(value);
      if (key === undefined) throw new InexactValue('a value of a kind');
      return key;
    });
    return [...pieces, ...keys];
  });
}

function isRecord(value: unknown): value is RecordId {
  return value instanceof RecordId;
}
