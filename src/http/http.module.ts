import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AuthModule } from '../auth/auth.module.js';
import { ChannelsModule } from '../channels/channels.module.js';
import { ControlModule } from '../control/control.module.js';
import { SessionModule } from '../session/session.module.js';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.js';
import { ChannelsController } from './channels.controller.js';
import { DotNames } from './dot-names.js';
import { HttpErrorFilter } from './http-error.filter.js';
import { MetricsController } from './metrics.controller.js';
import { PrincipalsController } from './principals.controller.js';
import { StatsController } from './stats.controller.js';
import { TokensController } from './tokens.controller.js';
import { TopicsController } from './topics.controller.js';

/** The API for the application's own servers. */
@Module({
  imports: [AuthModule, ChannelsModule, ControlModule, SessionModule, SubscriptionsModule],
  controllers: [
    ChannelsController,
    MetricsController,
    PrincipalsController,
    StatsController,
    TokensController,
    TopicsController,
  ],
  providers: [DotNames, { provide: APP_FILTER, useClass: HttpErrorFilter }],
})
export class HttpModule {}
