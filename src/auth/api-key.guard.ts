import { createHash, timingSafeEqual } from 'node:crypto';
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
import { AuthenticationError, KeysUnavailableError } from './authentication-error.js';
import { bearerToken } from './bearer-token.js';
import { isService, SERVICE_CALLER, type Caller } from './principal.js';
import { TokenVerifier } from './token-verifier.js';

/** A request that the guard let in. */
export interface ServiceRequest extends Request {
  caller: Caller;
}

/** Lets the application's servers in: by the API key (`X-API-Key` or bearer), or a token with the role `service`. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    private readonly config: Config,
    private readonly verifier: TokenVerifier,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<ServiceRequest>();
    request.caller = await this.callerOf(request.header('x-api-key'), bearerToken(request.header('authorization')));
    return true;
  }

  private async callerOf(apiKey: string | undefined, bearer: string | undefined): Promise<Caller> {
    if (apiKey !== undefined) {
      if (this.isApiKey(apiKey)) return SERVICE_CALLER;
      throw new UnauthorizedException('X-API-Key is wrong.');
    }
    if (bearer === undefined)
      throw new UnauthorizedException('Send an API key as X-API-Key, or a service token as bearer.');
    return this.isApiKey(bearer) ? SERVICE_CALLER : this.serviceOf(bearer);
  }

  /** Hashes are compared, so that neither the length nor the beginning of the key shows in the time it takes. */
  private isApiKey(candidate: string): boolean {
    if (this.config.apiKey === '') return false;
    return timingSafeEqual(sha256(candidate), sha256(this.config.apiKey));
  }

  private async serviceOf(token: string): Promise<Caller> {
    const principal = await this.verifier.verify(token).catch((error: unknown) => {
      if (error instanceof KeysUnavailableError) throw new ServiceUnavailableException(error.message);
      if (error instanceof AuthenticationError) throw new UnauthorizedException(error.message);
      throw error;
    });
    if (!isService(principal)) throw new ForbiddenException('The token has to have the role service.');
    return { principal, local: false };
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
