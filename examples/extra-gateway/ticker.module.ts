import { Module } from '@nestjs/common';
import { AuthModule } from '../../src/auth/auth.module.js';
import { RightsModule } from '../../src/rights/rights.module.js';
import { SessionModule } from '../../src/session/session.module.js';
import { SubscriptionsModule } from '../../src/subscriptions/subscriptions.module.js';
import { TickerGateway } from './ticker.gateway.js';

/** A second WebSocket endpoint, over the same services. */
@Module({ imports: [AuthModule, RightsModule, SessionModule, SubscriptionsModule], providers: [TickerGateway] })
export class TickerModule {}
