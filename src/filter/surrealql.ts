import { Decimal } from 'surrealdb';
import { escapeName } from '../values/escape-name.js';
import { valueOf, type ExactValue } from '../values/exact-value.js';
import type { Path } from '../values/path.js';
import { readText } from '../values/read-text.js';
import { bindable, UNBINDABLE } from './bindable.js';
import { compileCondition } from './compile-condition.js';
import type { Condition } from './condition.js';
import { normalize } from './normalize.js';
import { alternatives, hasReadings } from './operand.js';
import { templateText, type RowQuestion } from './row-question.js';
import { endOfPrefix } from './text-prefix.js';

type Comparison = Extract<Condition, { kind: 'compare' }>;

export interface Clause {
  /** An expression for WHERE; `true` where nothing can be said. */
  readonly text: string;
  readonly bindings: Record<string, unknown>;
}

export interface ClauseOptions {
  /** Paths that the database may see otherwise than the evaluator does: nothing is said about them. */
  readonly skipPaths?: readonly Path[] | undefined;
}

/** How to ask for the types that a text can stand for. */
const TYPE_TESTS = [
  ['record', 'type::is_record'],
  ['datetime', 'type::is_datetime'],
  ['duration', 'type::is_duration'],
  ['uuid', 'type::is_uuid'],
  ['bytes', 'type::is_bytes'],
  ['number', 'type::is_number'],
  ['decimal', 'type::is_decimal'],
] as const;

const SIGNS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;
const EVERYTHING = 'true';
const NOTHING = 'false';

/**
 * A WHERE expression that holds for every row that the condition holds for, and for some more where a text could be
 * read in several ways inside an array or object. It can't fail in the database, and what a client sent is in it only
 * as bound values and escaped names. Indexes on array fields of SurrealDB leave rows out: select WITH NOINDEX.
 */
export function toSurrealql(condition: Condition, options: ClauseOptions = {}): Clause {
  const writer = new ClauseWriter(options.skipPaths ?? []);
  return { text: writer.write(normalize(condition)), bindings: writer.bindings };
}

/** A path in backticks, for ORDER BY of a `SELECT *`. */
export function orderByText(path: Path): string {
  return path.map(escapeName).join('.');
}

class ClauseWriter {
  readonly bindings: Record<string, unknown> = {};
  private bound = 0;

  constructor(private readonly skipPaths: readonly Path[]) {}

  /** Of a normalized condition: `not` is around single comparisons only, so that widening one widens the whole. */
  write(condition: Condition): string {
    switch (condition.kind) {
      case 'and':
        return this.join(condition.of, ' AND ', EVERYTHING, NOTHING);
      case 'or':
        return this.join(condition.of, ' OR ', NOTHING, EVERYTHING);
      case 'not':
        if (condition.of.kind === 'asked') return `!${this.asked(condition.of.question)}`;
        return condition.of.kind === 'compare' ? this.guarded(condition.of, true) : EVERYTHING;
      case 'compare':
        return this.guarded(condition, false);
      case 'asked':
        return this.asked(condition.question);
    }
  }

  /** As the permission has it: nothing has to be widened. */
  private asked(question: RowQuestion): string {
    return `(${templateText(question, (value) => this.take(value))})`;
  }

  private join(parts: readonly Condition[], word: string, neutral: string, decisive: string): string {
    const texts = parts.map((part) => this.write(part)).filter((text) => text !== neutral);
    if (texts.includes(decisive)) return decisive;
    if (texts.length === 0) return neutral;
    return `(${texts.join(word)})`;
  }

  /**
   * SurrealDB follows record links and maps over arrays along a path, which the evaluator takes for NONE: ask for
   * objects on the way.
   */
  private guarded(comparison: Comparison, negated: boolean): string {
    const { path } = comparison;
    if (this.skipPaths.some((skipped) => overlaps(skipped, path))) return EVERYTHING;
    const text = this.compare(comparison, orderByText(path), negated);
    if (text === EVERYTHING) return EVERYTHING;
    const effective = negated ? `!${text}` : text;
    const parents = path.slice(1).map((_, i) => `type::is_object(${orderByText(path.slice(0, i + 1))})`);
    if (parents.length === 0) return effective;
    const ofNone = compileCondition(comparison)({}) !== negated;
    const reached = parents.join(' AND ');
    return ofNone ? `(!(${reached}) OR ${effective})` : `(${reached} AND ${effective})`;
  }

  /** In parentheses. `negated`: its negation is what will be asked. */
  private compare({ operator, operand }: Comparison, field: string, negated: boolean): string {
    switch (operator) {
      case 'exists':
        return `(${field} ${operand === true ? '!=' : '='} NONE)`;
      case 'startsWith':
        return this.prefix(field, String(operand));
      case 'eq':
        return this.among(field, [operand]);
      case 'in':
        return this.among(field, operand as readonly unknown[]);
      case 'ne':
        return opposite(this.among(field, [operand]));
      case 'nin':
        return opposite(this.among(field, operand as readonly unknown[]));
      case 'contains':
        return this.contains(field, operand, negated);
      case 'truthy':
        return operand === true ? `(!!${field})` : `(!${field})`;
      case 'holds':
        return this.holds(field, valueOf(operand as ExactValue));
      // For the evaluator alone: it narrows what another condition finds.
      case 'isKind':
      case 'holdsKinds':
        return EVERYTHING;
      default:
        return this.ordered(field, SIGNS[operator], operand);
    }
  }

  /** A decimal equals floats and integers too: a text that reads as one means decimals only. */
  private among(field: string, operands: readonly unknown[]): string {
    if (operands.some(isAmbiguous)) return EVERYTHING;
    const values = operands.flatMap(alternatives);
    const decimals = values.filter((value) => value instanceof Decimal);
    const others = values.filter((value) => !(value instanceof Decimal));
    const [only] = others;
    const list = this.bind(others.length === 1 ? only : others);
    if (list === undefined) return EVERYTHING;
    const text = `${field} ${others.length === 1 ? '=' : 'IN'} ${list}`;
    if (decimals.length === 0) return `(${text})`;
    return `(${text} OR (type::is_decimal(${field}) AND ${field} IN ${this.bind(decimals)}))`;
  }

  private contains(field: string, operand: unknown, negated: boolean): string {
    const values = alternatives(operand);
    const overreaches = negated && values.some((value) => value instanceof Decimal);
    const names = isAmbiguous(operand) || overreaches ? [undefined] : values.map((value) => this.bind(value));
    if (names.includes(undefined)) return EVERYTHING;
    return `(${names.map((name) => `${field} CONTAINS ${name}`).join(' OR ')})`;
  }

  private holds(field: string, value: unknown): string {
    const name = this.bind(value);
    return name === undefined ? EVERYTHING : `(${field} CONTAINS ${name})`;
  }

  private prefix(field: string, prefix: string): string {
    const end = endOfPrefix(prefix);
    const from = `${field} >= ${this.bind(prefix)}`;
    return end === undefined ? `(type::is_string(${field}) AND ${from})` : `(${from} AND ${field} < ${this.bind(end)})`;
  }

  /** Each reading of a text beside values of its type, the operand itself beside all others. */
  private ordered(field: string, sign: string, operand: unknown): string {
    const raw = isAmbiguous(operand) ? undefined : this.bind(operand);
    if (raw === undefined) return EVERYTHING;
    const readings = typeof operand === 'string' ? (readText(operand) ?? {}) : {};
    const types = TYPE_TESTS.filter(([kind]) => readings[kind] !== undefined);
    const typed = types.map(([kind, test]) => `(${test}(${field}) AND ${field} ${sign} ${this.bind(readings[kind])})`);
    const others = types.map(([, test]) => `!${test}(${field})`);
    return `(${[...typed, `(${[...others, `${field} ${sign} ${raw}`].join(' AND ')})`].join(' OR ')})`;
  }

  private bind(value: unknown): string | undefined {
    const bound = bindable(value);
    return bound === UNBINDABLE ? undefined : this.take(bound);
  }

  private take(value: unknown): string {
    const name = `filter_${this.bound++}`;
    this.bindings[name] = value;
    return `$${name}`;
  }
}

/** An array or object with a text that means different things beside different elements. */
function isAmbiguous(operand: unknown): boolean {
  return typeof operand === 'object' && hasReadings(operand);
}

function opposite(text: string): string {
  return text === EVERYTHING ? EVERYTHING : `(!${text})`;
}

function overlaps(a: Path, b: Path): boolean {
  return a.every((name, i) => i >= b.length || name === b[i]);
}
