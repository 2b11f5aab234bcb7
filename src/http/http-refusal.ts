import type { ErrorCode } from '@edge-hive/protocol';
import { HttpException } from '@nestjs/common';
import { CommandError } from '../errors/command-error.js';

/** How a request that failed is answered. */
export interface HttpRefusal {
  readonly status: number;
  readonly code: ErrorCode | 'BAD_REQUEST' | 'NOT_FOUND';
  readonly message: string;
}

const STATUS_OF_CODE: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  UNKNOWN_TOPIC: 404,
  LIMIT_EXCEEDED: 413,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
  INTERNAL: 500,
};

const CODE_OF_STATUS: Partial<Record<number, HttpRefusal['code']>> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  413: 'LIMIT_EXCEEDED',
  429: 'RATE_LIMITED',
  503: 'UNAVAILABLE',
};

/** The refusal that an error stands for; `undefined` for a fault of our own. */
export function refusalOf(error: unknown): HttpRefusal | undefined {
  if (error instanceof CommandError) return refusal(STATUS_OF_CODE[error.code] ?? 400, error.message);
  return error instanceof HttpException ? refusal(error.getStatus(), messageOf(error)) : undefined;
}

function refusal(status: number, message: string): HttpRefusal {
  return { status, code: CODE_OF_STATUS[status] ?? (status < 500 ? 'BAD_REQUEST' : 'INTERNAL'), message };
}

/** Where express or its body parser refused, the adapter keeps their error as the cause. */
function messageOf(error: HttpException): string {
  // What the router says repeats the URL, and with it a token that came in it.
  if (error.getStatus() === 404) return 'There is nothing at this address.';
  const { cause } = error;
  if (cause instanceof SyntaxError) return 'The body has to be a JSON object.';
  if (cause instanceof Error && 'limit' in cause) return `The body may have at most ${String(cause.limit)} bytes.`;
  return error.message;
}
