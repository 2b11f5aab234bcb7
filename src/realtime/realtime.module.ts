import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ChannelsModule } from '../channels/channels.module.js';
import { SessionModule } from '../session/session.module.js';
import { RightsModule } from '../rights/rights.module.js';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.js';
import { Authenticator } from './authenticator.js';
import { CommandFilter } from './command.filter.js';
import { CommandGuard } from './command.guard.js';
import { Dispatcher } from './dispatcher.js';
import { Presenter } from './presenter.js';
import { PublishRates } from './publish-rates.js';
import { PublishRoute } from './publish-route.js';
import { Publisher } from './publisher.js';
import { RealtimeGateway } from './realtime.gateway.js';
import { SocketGuard } from './socket-guard.js';

/** The WebSocket endpoint. */
@Module({
  imports: [AuthModule, SessionModule, SubscriptionsModule, ChannelsModule, RightsModule],
  providers: [
    Authenticator,
    CommandFilter,
    CommandGuard,
    Dispatcher,
    Presenter,
    PublishRates,
    PublishRoute,
    Publisher,
    RealtimeGateway,
    SocketGuard,
  ],
})
export class RealtimeModule {}
