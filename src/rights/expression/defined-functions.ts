import type { Constant, Reads } from './expression.js';
import { OF_PRINCIPALS, originOf, type Names } from './names.js';
import { readsOfBlock } from './parse-block.js';
import { UnsupportedExpression } from './tokens.js';

/** A function in `INFO FOR DB STRUCTURE`. */
export interface StructuredFunction {
  /** Without `fn::`. */
  readonly name: string;
  readonly args: readonly (readonly [name: string, kind: string])[];
  readonly block: string;
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

  /** What one reads that is called with constants: all that its body reads, be it on the way that is taken or not. */
  readsOfFunction(name: string, given: readonly Constant[]): Reads {
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
    try {
      return readsOfBlock(found.block, {
        parameters: new Map(found.args.map(([own], n) => [`$${own}`, originOf(given[n])])),
        instead: 'what is handed to the function',
        readsOfFunction: (other, more) => this.readsOfFunction(other, more),
      });
    } catch (error) {
      if (!(error instanceof UnsupportedExpression)) throw error;
      throw new UnsupportedExpression(`in ${name}, ${JSON.stringify(found.block)}: ${error.message}`);
    } finally {
      this.within.pop();
    }
  }
}
