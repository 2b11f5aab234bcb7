import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { AsyncApiModule } from './asyncapi/asyncapi.module.js';
import { AuditModule } from './audit/audit.module.js';
import type { AuthOptions } from './auth/auth-options.js';
import { AuthModule } from './auth/auth.module.js';
import type { ChannelsOptions } from './channels/channels-options.js';
import { ChannelsModule } from './channels/channels.module.js';
import { ConfigModule } from './config/config.module.js';
import type { Config } from './config/config.js';
import { HealthModule } from './health/health.module.js';
import { HttpModule } from './http/http.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { PageModule } from './page/page.module.js';
import { RealtimeModule } from './realtime/realtime.module.js';
import { SubscriptionsModule } from './subscriptions/subscriptions.module.js';
import { SurrealModule } from './surreal/surreal.module.js';

/** What is added to the service, or takes the place of a part of it. */
export interface Composition extends AuthOptions, ChannelsOptions {
  /** Gateways, controllers and services of one's own. */
  readonly imports?: ModuleMetadata['imports'];
}

/** The whole service. */
@Module({})
export class AppModule {
  /** @param surreal the way to the database */
  static forRoot(
    config: Readonly<Config>,
    { imports = [], ...choices }: Composition = {},
    surreal = SurrealModule.forRoot(),
  ): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        MetricsModule,
        AuditModule,
        AuthModule.forRoot(choices),
        surreal,
        SubscriptionsModule,
        ChannelsModule.forRoot(choices),
        RealtimeModule,
        HealthModule,
        HttpModule,
        AsyncApiModule,
        PageModule,
        ...imports,
      ],
    };
  }
}
