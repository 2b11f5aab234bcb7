import type { INestApplication } from '@nestjs/common';
import type { ApplicationConfig } from '@nestjs/core';

/**
 * Whether the application has guards, pipes or interceptors for every handler, whichever way they were added. Its filters
 * don't reach gateways.
 */
export function hasGlobalEnhancers(app: INestApplication): boolean {
  // A private field of Nest's application, for which there is no getter; the exact version of Nest is pinned.
  const { config } = app as unknown as { readonly config: ApplicationConfig };
  return [
    config.getGlobalGuards(),
    config.getGlobalRequestGuards(),
    config.getGlobalPipes(),
    config.getGlobalRequestPipes(),
    config.getGlobalInterceptors(),
    config.getGlobalRequestInterceptors(),
  ].some(({ length }) => length > 0);
}
