import { Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { Config } from '../config/config.js';
import { bearerToken } from './tokens/bearer-token.js';
import { KeyAttempts } from './key-attempts.js';
import { ServerKey } from './tokens/server-key.js';

/** Lets in whoever scrapes the metrics: by `METRICS_KEY` (`X-API-Key` or bearer), or everybody where there is none. */
@Injectable()
export class MetricsKeyGuard implements CanActivate {
  private readonly key: ServerKey | undefined;

  constructor(
    { metricsKey }: Config,
    private readonly attempts: KeyAttempts,
  ) {
    if (metricsKey !== '') this.key = new ServerKey(metricsKey);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { key } = this;
    if (!key) return true;
    const request = context.switchToHttp().getRequest<Request>();
    const candidate = request.header('x-api-key') ?? bearerToken(request.header('authorization'));
    if (candidate === undefined) throw new UnauthorizedException('Send the metrics key as X-API-Key or bearer.');
    return this.attempts.attempt('metrics', request.ip ?? '', () => {
      if (key.is(candidate)) return true;
      throw new UnauthorizedException('The metrics key is wrong.');
    });
  }
}
