import { parseRpcError, type RpcErrorCause, type RpcQueryResult } from 'surrealdb';

/** The server's answer to one statement. It can have a cause, which the SDK's type leaves out. */
export type StatementAnswer = RpcQueryResult & { readonly cause?: RpcErrorCause | null };

/** One result a statement. @throws ServerError about the first that failed */
export function resultsOf(answers: readonly StatementAnswer[]): unknown[] {
  return answers.map((answer) => {
    if (answer.status === 'OK') return answer.result;
    const { result: message, kind, details = null, cause = null } = answer;
    throw parseRpcError({ code: 0, message, ...(kind !== undefined && { kind }), details, cause });
  });
}
