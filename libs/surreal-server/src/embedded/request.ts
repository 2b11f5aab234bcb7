import {
  encodeUuid,
  encodeValue,
  type Envelope,
  joinEnvelope,
  readText,
  readValue,
  splitEnvelope,
} from './envelope.js';
import { invalidRequest } from './rpc-error.js';

/** A client's call. `parts` keeps the values the engine is handed, byte for byte. */
export interface RpcRequest {
  readonly method: string;
  /** The client's name for its session; undefined is the socket's first one. */
  readonly session: string | undefined;
  readonly transaction: string | undefined;
  readonly parts: Envelope;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function parseRequest(parts: Envelope): RpcRequest {
  const method = readText(parts.get('method'));
  if (method === undefined) throw invalidRequest('Invalid request: method must be a string');
  return { method, session: readUuid(parts, 'session'), transaction: readUuid(parts, 'txn'), parts };
}

/** Splits a message; undefined when it is no CBOR map. */
export function splitMessage(message: Uint8Array): Envelope | undefined {
  try {
    return splitEnvelope(message);
  } catch {
    return undefined;
  }
}

function readUuid(parts: Envelope, field: string): string | undefined {
  const part = parts.get(field);
  const value = part === undefined ? undefined : readValue(part);
  if (value == null) return undefined;
  if (typeof value === 'string' && uuid.test(value.toLowerCase())) return value.toLowerCase();
  throw invalidRequest(`Invalid request: ${field} must be a UUID`);
}

/** The request as the engine gets it: what was checked is written anew, so that both read the same. */
export function toEngine({ method, transaction, parts }: RpcRequest, engineSession: string): Buffer {
  const envelope: Envelope = new Map([
    ['method', encodeValue(method)],
    ['session', encodeUuid(engineSession)],
  ]);
  if (transaction !== undefined) envelope.set('txn', encodeUuid(transaction));
  const params = parts.get('params');
  if (params !== undefined) envelope.set('params', params);
  return joinEnvelope(envelope);
}

/** The call's positional arguments. */
export function readParams({ parts }: RpcRequest): unknown[] {
  const params = parts.get('params');
  const value = params === undefined ? [] : readValue(params);
  return Array.isArray(value) ? value : [];
}
