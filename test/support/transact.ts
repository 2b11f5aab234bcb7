import type { Surreal } from 'surrealdb';
import { isConflict } from '../../src/surreal/connection/retry-conflict.js';

/**
 * Runs statements, each with its semicolon, in one transaction. When it fails the SDK throws the first statement's error,
 * which on a server only says that the transaction failed: that it met another stands in the answer to COMMIT.
 *
 * @throws the conflict, if it was one
 */
export async function transact(
  connection: Surreal,
  statements: readonly string[],
  bindings: Record<string, unknown>,
): Promise<void> {
  const answers = await connection.query(`BEGIN; ${statements.join(' ')} COMMIT;`, bindings).responses();
  const errors = answers.flatMap((answer) => (answer.success ? [] : [answer.error]));
  const error = errors.find(isConflict) ?? errors[0];
  if (error) throw error;
}
