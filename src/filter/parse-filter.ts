import { CommandError } from '../errors/command-error.js';
import { parsePath, type Path } from '../values/path.js';
import { isWellFormed } from '../values/well-formed.js';
import type { Condition, Operator } from './condition.js';
import { isComparedAlone, isComposite } from './operand.js';

export interface FilterLimits {
  /** Comparisons in one filter. */
  readonly conditions: number;
  /** Levels of `or` and `not`. */
  readonly depth: number;
  /** Comparisons, branches and all that their operands hold, together. */
  readonly elements?: number;
}

const MOST_ELEMENTS = 1_024;

const OPERATORS: ReadonlySet<string> = new Set<Operator>([
  'eq',
  'ne',
  'gt',
  'gte',
  'lt',
  'lte',
  'in',
  'nin',
  'contains',
  'startsWith',
  'exists',
]);

/** Elements of one `in` or `nin`. */
const MOST_CHOICES = 1_000;
/** Levels of arrays and objects in an operand. */
const MOST_OPERAND_LEVELS = 16;
/** What one more counts among choices if it is compared with values one by one, where others are looked up. */
const COMPOSITE_CHOICE = 16;

/**
 * Reads a filter as a client or a policy writes it. `place` is what messages call it.
 * @throws CommandError INVALID_FILTER, naming the place (`filter.age.gte`); LIMIT_EXCEEDED
 */
export function parseFilter(json: unknown, limits: FilterLimits, place = 'filter'): Condition {
  return new FilterParser(limits).filter(json, place, 0);
}

class FilterParser {
  private conditions = 0;
  private elements = 0;
  private readonly mostElements: number;

  constructor(private readonly limits: FilterLimits) {
    this.mostElements = limits.elements ?? MOST_ELEMENTS;
  }

  filter(json: unknown, place: string, level: number): Condition {
    if (level > this.limits.depth) throw exceeded(place, `a filter may have ${this.limits.depth} levels of or and not`);
    if (!isObject(json)) throw invalid(place, 'has to be an object');
    if (level > 0) this.count(1, place);
    const of = Object.entries(json).map(([key, value]) => {
      const inner = `${place}.${key.slice(0, 64)}`;
      if (key === 'or') return this.or(value, inner, level);
      if (key === 'not') return { kind: 'not' as const, of: this.filter(value, inner, level + 1) };
      return this.field(key, value, inner);
    });
    return all(of);
  }

  private or(json: unknown, place: string, level: number): Condition {
    if (!Array.isArray(json) || json.length === 0) throw invalid(place, 'has to be an array of one filter or more');
    // Branches cost even when they are empty.
    if (json.length > this.limits.conditions) throw this.tooMany(place);
    return { kind: 'or', of: json.map((branch, i) => this.filter(branch, `${place}[${i}]`, level + 1)) };
  }

  private field(key: string, value: unknown, place: string): Condition {
    const path = parsePath(key);
    if (!path) throw invalid(place, 'is no field: names joined by dots, 8 at most, 256 characters, no brackets nor *');
    if (!isObject(value)) return this.comparison(path, 'eq', value, place);
    const operators = Object.entries(value);
    if (operators.length === 0) throw invalid(place, `needs an operator: one of ${[...OPERATORS].join(' ')}`);
    return all(operators.map(([name, operand]) => this.operator(path, name, operand, `${place}.${name.slice(0, 64)}`)));
  }

  private operator(path: Path, name: string, operand: unknown, place: string): Condition {
    if (!isOperator(name)) throw invalid(place, `is no operator: use one of ${[...OPERATORS].join(' ')}`);
    if (name === 'in' || name === 'nin') {
      if (!Array.isArray(operand)) throw invalid(place, 'has to be an array');
      if (operand.length > MOST_CHOICES) throw exceeded(place, `an array may have ${MOST_CHOICES} elements here`);
      this.count(operand.filter(isComparedAlone).length * COMPOSITE_CHOICE, place);
    }
    if (name === 'startsWith' && typeof operand !== 'string') throw invalid(place, 'has to be a string');
    if (name === 'exists' && typeof operand !== 'boolean') throw invalid(place, 'has to be true or false');
    return this.comparison(path, name, operand, place);
  }

  private comparison(path: Path, operator: Operator, operand: unknown, place: string): Condition {
    if (++this.conditions > this.limits.conditions) throw this.tooMany(place);
    this.count(1, place);
    this.check(operand, place, 0);
    return { kind: 'compare', path, operator, operand };
  }

  /** Checks an operand, and counts what it holds. */
  private check(operand: unknown, place: string, level: number): void {
    if (typeof operand === 'string') return checkText(operand, place);
    // JSON says 1e999, which is read as Infinity: written as JSON again it would be null, and share what null has.
    if (typeof operand === 'number' && !Number.isFinite(operand)) {
      throw invalid(place, 'has to be a number up to 1.8e308');
    }
    if (!isComposite(operand)) return;
    if (level >= MOST_OPERAND_LEVELS) throw exceeded(place, `a value may have ${MOST_OPERAND_LEVELS} levels`);
    const items = Object.entries(operand);
    this.count(items.length, place);
    for (const [key, item] of items) {
      checkText(key, place);
      this.check(item, place, level + 1);
    }
  }

  private count(elements: number, place: string): void {
    this.elements += elements;
    if (this.elements <= this.mostElements) return;
    throw exceeded(
      place,
      `a filter may have ${this.mostElements} conditions, branches and elements of values together`,
    );
  }

  private tooMany(place: string): CommandError {
    return exceeded(place, `a filter may have ${this.limits.conditions} conditions`);
  }
}

/** The database can't hold half a character, and no two are told apart once they are sent to it. */
function checkText(text: string, place: string): void {
  if (!isWellFormed(text)) throw invalid(place, 'has to be Unicode text, without halves of surrogate pairs');
}

function all(of: readonly Condition[]): Condition {
  const [only] = of;
  return only && of.length === 1 ? only : { kind: 'and', of };
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function isOperator(name: string): name is Operator {
  return OPERATORS.has(name);
}

function invalid(place: string, fault: string): CommandError {
  return new CommandError('INVALID_FILTER', `${place} ${fault}.`);
}

function exceeded(place: string, limit: string): CommandError {
  return new CommandError('LIMIT_EXCEEDED', `${place} is too much: ${limit}.`);
}
