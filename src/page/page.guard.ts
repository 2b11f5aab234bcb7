import {
  ForbiddenException,
  Injectable,
  NotFoundException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { DevelopmentAccess } from '../auth/development-access.js';
import { isOwnPage } from '../auth/locality.js';
import { Config } from '../config/config.js';

/** In production, what is for trying out isn't there. Elsewhere it is for this machine, and for no page but its own. */
@Injectable()
export class PageGuard implements CanActivate {
  constructor(
    private readonly config: Config,
    private readonly development: DevelopmentAccess,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (this.config.production) throw new NotFoundException();
    const request = context.switchToHttp().getRequest<IncomingMessage>();
    if (!this.development.includes(request)) {
      throw new ForbiddenException(
        'This page is for the service’s own machine: open it there, as localhost and not by a link on another site. ' +
          'DEVELOPMENT_ACCESS=anyone opens it to all who can reach the service.',
      );
    }
    if (!isOwnPage(request)) {
      throw new ForbiddenException(
        'This page is not for other sites: open it by its address, not by a link on another site.',
      );
    }
    return true;
  }
}
