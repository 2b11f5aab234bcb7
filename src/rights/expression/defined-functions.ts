import type { Expression, Parts, Scope } from './expression.js';
import { OF_PRINCIPALS, originOf, ownName, type Names, type Origin } from './names.js';
import { partsOfBlock } from './parse-block.js';
import { withoutPrincipal } from './without-principal.js';
import { UnsupportedExpression } from './tokens.js';

/** A function in `INFO FOR DB STRUCTURE`. */
export interface StructuredFunction {
  /** Without `fn::`. */
  readonly name: string;
  readonly args: readonly (readonly [name: string, kind: string])[];
  readonly block: string;
  /** Of what it gives. */
  readonly returns?: string;
  readonly permissions?: unknown;
}

/** Calls in one permission, those in functions included. */
const MOST_CALLS = 64;

/** The functions of a database, as far as permissions may call them. */
export class DefinedFunctions implements Names {
  readonly parameters = OF_PRINCIPALS.parameters;
  readonly instead = OF_PRINCIPALS.instead;
  /** Those that were looked at. */
  readonly called = new Map<string, StructuredFunction | undefined>();
  private readonly within: string[] = [];
  private calls = 0;

  constructor(private readonly functions: ReadonlyMap<string, StructuredFunction>) {}

  /** What one is made of that is called with something: all that its body reads, be it on the way that is taken or not. */
  partsOfFunction(name: string, given: readonly Expression[], scope: Scope): Parts {
    const found = this.functions.get(name.slice('fn::'.length));
    this.called.set(name, found);
    if (!found) throw new UnsupportedExpression(`${name} is not defined`);
    if ((found.permissions ?? true) !== true) {
      throw new UnsupportedExpression(`${name} has permissions of its own: give it PERMISSIONS FULL`);
    }
    if (this.within.includes(name)) throw new UnsupportedExpression(`${name} calls itself`);
    if (this.calls === MOST_CALLS) throw new UnsupportedExpression(`more than ${MOST_CALLS} functions are called`);
    this.calls += 1;
    this.within.push(name);
    const ofRow = given.some(({ kind }) => kind !== 'constant');
    try {
      const parts = partsOfBlock(found.block, {
        parameters: new Map(
          found.args.map(([own], n) => [ownName(`$${own}`), handed(originOf(given[n], scope), ofRow)]),
        ),
        instead: 'what is handed to the function',
        partsOfFunction: (other, more, within) => this.partsOfFunction(other, more, within),
      });
      if (!ofRow) return parts;
      for (const kind of [...found.args.map(([, one]) => one), found.returns ?? 'any']) checkKind(kind);
      return withoutPrincipal(parts, JSON.stringify([...this.called]));
    } catch (error) {
      if (!(error instanceof UnsupportedExpression)) throw error;
      throw new UnsupportedExpression(`in ${name}, ${JSON.stringify(found.block)}: ${error.message}`);
    } finally {
      this.within.pop();
    }
  }
}

/** Kinds whose values are the same ones in a row of the changefeed, which doesn't tell whole numbers from others. */
const OF_ROWS =
  /^(?:any|array|bool|bytes|datetime|duration|none|null|number|object|record|string|uuid|[<>|,\s]|record<[^<>]*>)*$/;

/** Beside something of the row a value is there as it was worked out: what it was reached by is read no more. */
function handed(origin: Origin, ofRow: boolean): Origin {
  return ofRow && origin.place === 'value' ? { place: 'value' } : origin;
}

function checkKind(kind: string): void {
  if (OF_ROWS.test(kind)) return;
  throw new UnsupportedExpression(
    `the kind ${kind} is not supported where something of the row is handed to it: leave it any`,
  );
}
