import { Injectable, type CanActivate, type Provider } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';

/** Lets everything through: that it is there at all has every command pass Nest's enhancers for all handlers. */
@Injectable()
class OpenGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

/** Closes the route that publishes have by themselves. */
export const openGuard: Provider = { provide: APP_GUARD, useClass: OpenGuard };
