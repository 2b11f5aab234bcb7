import { Module, type DynamicModule } from '@nestjs/common';
import { AsyncApiModule } from './asyncapi/asyncapi.module.js';
import { AuditModule } from './audit/audit.module.js';
import { AuthModule } from './auth/auth.module.js';
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

/** The whole service. */
@Module({})
export class AppModule {
  static forRoot(config: Readonly<Config>): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        MetricsModule,
        AuditModule,
        AuthModule,
        SurrealModule,
        SubscriptionsModule,
        ChannelsModule,
        RealtimeModule,
        HealthModule,
        HttpModule,
        AsyncApiModule,
        PageModule,
      ],
    };
  }
}
