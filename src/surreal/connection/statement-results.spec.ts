import { describe, expect, it } from '@jest/globals';
import { NotFoundError, ServerError } from 'surrealdb';
import { resultsOf, type StatementAnswer } from './statement-results.js';

const answered: StatementAnswer = { status: 'OK', time: '1ms', result: [1], type: 'other' };

function failed(more: object = {}): StatementAnswer {
  return { status: 'ERR', time: '1ms', result: 'it is not there', ...more };
}

/** What is thrown where one statement failed between two that didn't. */
function thrown(more: object): unknown {
  try {
    return resultsOf([answered, failed(more), answered]);
  } catch (error) {
    return error;
  }
}

describe('resultsOf', () => {
  it('is one result a statement', () => {
    expect(resultsOf([answered, { ...answered, result: null }])).toEqual([[1], null]);
  });

  it('throws what the server says of the statement that failed', () => {
    const cause = { kind: 'Query', message: 'because' };
    const error = thrown({ kind: 'NotFound', details: { kind: 'Table' }, cause });
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({ message: 'it is not there', kind: 'NotFound', details: { kind: 'Table' }, cause });
  });

  it('throws an error of the server where it says no kind', () => {
    expect(thrown({})).toBeInstanceOf(ServerError);
    expect(thrown({})).toMatchObject({ message: 'it is not there', kind: 'Internal' });
  });
});
