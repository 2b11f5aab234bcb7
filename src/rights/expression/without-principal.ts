import type { Access, Parts } from './expression.js';
import { joinReads } from './reads.js';
import { UnsupportedExpression } from './tokens.js';

/**
 * What is read for each row by a function to which something of it is handed. What such a one reads of a principal couldn't be worked out
 * once.
 *
 * @param defined the function, and those that it calls
 * @throws UnsupportedExpression where it does
 */
export function withoutPrincipal({ constants, accesses, arithmetic }: Parts, defined: string): Parts {
  const { self, edges, anything, tables, selected, ways } = joinReads(constants.map(({ reads }) => reads));
  if (self || edges.size > 0 || anything || ways.some(({ from }) => from === 'own')) {
    throw new UnsupportedExpression(
      'it goes on from a value beside something of the row: hand it what is found there, such as $auth.role instead of $auth',
    );
  }
  const read = [...tables].map((table): Access => {
    return { from: [table], path: [], ...(selected.has(table) && { selects: true }) };
  });
  const further = ways.flatMap(({ from, path }): readonly Access[] => (from === 'own' ? [] : [{ from, path }]));
  return { constants: [], accesses: [...accesses, ...read, ...further], arithmetic, called: [defined] };
}
