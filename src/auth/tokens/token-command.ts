import { createSecretKey } from 'node:crypto';
import { parseArgs } from 'node:util';
import { JwtService } from '@nestjs/jwt';
import { loadConfig } from '../../config/load-config.js';
import { TokenIssuer, type TokenRequest } from './token-issuer.js';

export const TOKEN_USAGE =
  'npm run token -- --sub <id> [--roles <role>,<role>] [--expires <90|15m|1h|7d>] [--claim <name>=<json>]…';

/** A token that can't be made. The message says what to do. */
export class TokenCommandError extends Error {
  override readonly name = 'TokenCommandError';
}

/**
 * The token that a command line asks for.
 *
 * @throws TokenCommandError, ConfigError
 */
export function tokenFor(args: readonly string[], env: Readonly<Record<string, string | undefined>>): string {
  const config = loadConfig(env);
  if (config.production) {
    throw new TokenCommandError('Tokens are printed in development only: in production your application signs them.');
  }
  if (config.jwtSecret === '') {
    throw new TokenCommandError(
      'JWT_SECRET is not set. Start the service and this command with the same one: JWT_SECRET=… npm start, ' +
        'JWT_SECRET=… npm run token. (Without one, the service makes a secret for each run and prints a token itself.)',
    );
  }
  const request = parseRequest(args);
  const jwt = new JwtService({ secret: createSecretKey(Buffer.from(config.jwtSecret)) });
  try {
    return new TokenIssuer(config, jwt).issue(request);
  } catch (error) {
    throw usageError(error);
  }
}

function parseRequest(args: readonly string[]): TokenRequest {
  const { sub, roles, expires, claim } = parseOptions(args);
  if (sub === undefined || sub === '') throw usageError('--sub is missing');
  return {
    principal: sub,
    roles: (roles ?? '').split(',').flatMap((role) => role.trim() || []),
    claims: Object.fromEntries((claim ?? []).map(parseClaim)),
    // Text without a unit would be milliseconds to jsonwebtoken. What is no time span it refuses itself.
    expiresIn: (/^\d+$/.test(expires) ? Number(expires) : expires) as TokenRequest['expiresIn'],
  };
}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        sub: { type: 'string' },
        roles: { type: 'string' },
        expires: { type: 'string', default: '1d' },
        claim: { type: 'string', multiple: true },
      },
    }).values;
  } catch (error) {
    throw usageError(error);
  }
}

function parseClaim(text: string): [string, unknown] {
  const [, name, json] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || json === undefined) throw usageError(`--claim ${text} is not name=json`);
  try {
    return [name, JSON.parse(json)];
  } catch {
    throw usageError(`--claim ${name} is not JSON: a text is written '${name}="text"', a list '${name}=["a","b"]'`);
  }
}

function usageError(cause: unknown): TokenCommandError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new TokenCommandError(`${message}\n${TOKEN_USAGE}`);
}
