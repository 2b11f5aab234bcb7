import { EVERY_ROW, NO_ROW, type Condition } from '../filter/condition.js';
import { exactCondition } from './exact-condition.js';
import { statementsOf, type Constant, type Expression } from './expression/expression.js';

/** What constants are for one principal, by the text that the database is asked. */
export type Constants = ReadonlyMap<string, unknown>;

/** How the database is asked whether a constant counts as true. */
export function truthText({ text }: Constant): string {
  return `!!(${text})`;
}

/** What the database has to be asked for one principal before an expression becomes a condition. */
export function askedTexts(expression: Expression): readonly string[] {
  return statementsOf(expression).flatMap((statement) => {
    if (statement.kind === 'constant') return truthText(statement);
    return statement.kind === 'compare' ? statement.operand.text : [];
  });
}

/**
 * The rows for which a permission says yes, to one principal.
 *
 * @throws InexactValue
 */
export function rowCondition(expression: Expression, constants: Constants): Condition {
  switch (expression.kind) {
    case 'constant':
      return constants.get(truthText(expression)) === true ? EVERY_ROW : NO_ROW;
    case 'field':
      return { kind: 'compare', path: [expression.name], operator: 'truthy', operand: true };
    case 'compare':
      return exactCondition(expression.field, expression.operator, constants.get(expression.operand.text));
    case 'and':
    case 'or':
      return { kind: expression.kind, of: expression.of.map((part) => rowCondition(part, constants)) };
    case 'not':
      return { kind: 'not', of: rowCondition(expression.of, constants) };
    case 'row':
      throw new Error(`${expression.text} was to be refused before`);
  }
}
