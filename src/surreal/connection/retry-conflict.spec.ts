import { describe, expect, it } from '@jest/globals';
import { ServerError } from 'surrealdb';
import { retryConflict } from './retry-conflict.js';

const MESSAGE = 'Transaction conflict: Write conflict, retry the transaction.';
const conflict = () => new ServerError({ kind: 'Query', code: 0, message: MESSAGE });

/** Fails with each of these errors once, then answers. */
function failing(...errors: Error[]): () => Promise<string> {
  return () => {
    const error = errors.shift();
    return error ? Promise.reject(error) : Promise.resolve('done');
  };
}

describe('retryConflict', () => {
  it('does again what met another transaction', async () => {
    await expect(retryConflict(failing(conflict(), conflict()))).resolves.toBe('done');
  });

  it('gives up in the end', async () => {
    await expect(retryConflict(failing(...Array.from({ length: 20 }, conflict)))).rejects.toBeInstanceOf(ServerError);
  });

  it('hands on every other error at once', async () => {
    const errors = [new Error(MESSAGE), conflict()];
    await expect(retryConflict(failing(...errors))).rejects.toThrow(errors[0]);
  });
});
