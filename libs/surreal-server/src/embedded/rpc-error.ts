/** An error reply in the shape of SurrealDB's own, so that the SDK raises its own error classes. */
export class RpcError extends Error {
  constructor(
    readonly code: number,
    readonly kind: 'NotAllowed' | 'NotFound' | 'Validation' | 'AlreadyExists' | 'Internal',
    message: string,
    readonly details?: object,
  ) {
    super(message);
  }

  toReply(): object {
    const { code, kind, message, details } = this;
    return { code, kind, message, ...(details && { details }) };
  }
}

export const invalidRequest = (message: string): RpcError => new RpcError(-32600, 'Validation', message);
export const invalidParams = (message: string): RpcError => new RpcError(-32602, 'Validation', message);

export const signInFirst = (method: string): RpcError =>
  new RpcError(-32602, 'NotAllowed', `Method not allowed before sign-in: ${method}`, {
    kind: 'Method',
    details: { name: method },
  });

export const sessionNotFound = (id: string): RpcError =>
  new RpcError(-32000, 'NotFound', `Session not found: ${id}`, { kind: 'Session', details: { id } });

export const sessionExists = (id: string): RpcError =>
  new RpcError(-32000, 'AlreadyExists', `Session already exists: ${id}`, { kind: 'Session', details: { id } });
