import type { Access, Constant, Expression, Parts, Scope } from './expression.js';

export function noParts(): Parts {
  return { constants: [], accesses: [], arithmetic: 0 };
}

/** What an expression is made of, whose names are those of a scope. */
export function partsOf(expression: Expression, scope: Scope): Parts {
  switch (expression.kind) {
    case 'constant':
      return { ...noParts(), constants: [expression] };
    case 'field':
      return partsOfWay(fieldOf(expression.name, scope));
    case 'compare':
      return { ...noParts(), constants: [expression.operand], accesses: [fieldOf(expression.field, scope)] };
    case 'row':
      return expression.parts;
    case 'not':
      return partsOf(expression.of, scope);
    case 'and':
    case 'or':
      return joinParts(expression.of.map((part) => partsOf(part, scope)));
  }
}

export function joinParts(all: readonly Parts[]): Parts {
  const called = all.flatMap((parts) => parts.called ?? []);
  return {
    constants: all.flatMap(({ constants }) => constants),
    accesses: all.flatMap(({ accesses }) => accesses),
    arithmetic: all.reduce((sum, { arithmetic }) => sum + arithmetic, 0),
    ...(called.length > 0 && { called }),
  };
}

/** A way by itself. */
export function partsOfWay(way: Access): Parts {
  return { ...noParts(), accesses: [way], way };
}

export function isOfRow({ accesses }: Parts): boolean {
  return accesses.some(({ from }) => from === 'row');
}

/** The single operands of constants: what joins them may bind otherwise than it looks. */
export function operandsOf({ operands, ...constant }: Constant): readonly Constant[] {
  return operands ? operands.flatMap(operandsOf) : [constant];
}

function fieldOf(field: string, from: Scope): Access {
  return { from, path: [{ field }] };
}
