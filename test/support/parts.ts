import type { INestApplicationContext, ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ConfigModule } from '../../src/config/config.module.js';
import type { Config } from '../../src/config/config.js';
import { MetricsModule } from '../../src/metrics/metrics.module.js';

/** Starts modules of the service by themselves, wired as they are in the service. To be closed. */
export function startParts(
  config: Config,
  { imports = [], providers = [] }: ModuleMetadata,
): Promise<INestApplicationContext> {
  class Parts {}
  const parts = { module: Parts, imports: [ConfigModule.forRoot(config), MetricsModule, ...imports], providers };
  return NestFactory.createApplicationContext(parts, { logger: false, abortOnError: false });
}
