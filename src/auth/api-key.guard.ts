import {
  ForbiddenException,
  Injectable,
  ServiceUnavailableException,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import type { Request } from 'express';
import { Config } from '../config/config.js';
import { AuthenticationError, KeysUnavailableError } from './tokens/authentication-error.js';
import { bearerToken } from './tokens/bearer-token.js';
import { KeyAttempts } from './key-attempts.js';
import { isService, SERVICE_CALLER, type Caller, type Principal } from './tokens/principal.js';
import { Revocations } from './tokens/revocations.js';
import { ServerKey } from './tokens/server-key.js';
import { TokenVerifier } from './tokens/token-verifier.js';

/** A request that the guard let in. */
export interface ServiceRequest extends Request {
  caller: Caller;
}

/** Lets the application's servers in: by the API key (`X-API-Key` or bearer), or a token with the role `service`. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  private readonly key: ServerKey;

  constructor(
    { apiKey }: Config,
    private readonly verifier: TokenVerifier,
    private readonly revocations: Revocations,
    private readonly attempts: KeyAttempts,
  ) {
    this.key = new ServerKey(apiKey);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<ServiceRequest>();
    const [apiKey, bearer] = [request.header('x-api-key'), bearerToken(request.header('authorization'))];
    if (apiKey === undefined && bearer === undefined) {
      throw new UnauthorizedException('Send an API key as X-API-Key, or a service token as bearer.');
    }
    request.caller = await this.attempts.attempt('API', request.ip ?? '', () =>
      this.callerOf(request.ip ?? '', apiKey, bearer),
    );
    return true;
  }

  private async callerOf(address: string, apiKey: string | undefined, bearer = ''): Promise<Caller> {
    if (this.key.is(apiKey ?? bearer)) return SERVICE_CALLER;
    if (apiKey !== undefined) throw new UnauthorizedException('X-API-Key is wrong.');
    return this.serviceOf(bearer, address);
  }

  private async serviceOf(token: string, address: string): Promise<Caller> {
    const principal = await this.verified(token, address).catch((error: unknown) => {
      if (error instanceof KeysUnavailableError) throw new ServiceUnavailableException(error.message);
      if (error instanceof AuthenticationError) throw new UnauthorizedException(error.message);
      throw error;
    });
    if (!isService(principal)) throw new ForbiddenException('The token has to have the role service.');
    return { principal, local: false };
  }

  private async verified(token: string, address: string): Promise<Principal> {
    const principal = await this.verifier.verify(token, address);
    // A verifier of the application's own needn't ask.
    this.revocations.check(principal);
    return principal;
  }
}
