import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ChannelsModule } from '../channels/channels.module.js';
import { Config } from '../config/config.js';
import { HeldBytes } from '../delivery/held-bytes.js';
import { HealthModule } from '../health/health.module.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { SurrealModule } from '../surreal/surreal.module.js';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.js';
import { AddressLimits } from './address-limits.js';
import { Authenticator } from './authenticator.js';
import { CommandFilter } from './command.filter.js';
import { CommandGuard } from './command.guard.js';
import { ConnectionFactory } from './connection.factory.js';
import { ConnectionRegistry } from './connection-registry.js';
import { Dispatcher } from './dispatcher.js';
import { Drain } from './drain.js';
import { Heartbeat } from './heartbeat.js';
import { heldLimits } from './held-limits.js';
import { Outboxes } from '../outbox/outboxes.js';
import { PublishRates } from './publish-rates.js';
import { PublishRoute } from './publish-route.js';
import { Publisher } from './publisher.js';
import { RecordWatch } from './record-watch.js';
import { RealtimeGateway } from './realtime.gateway.js';
import { SocketGuard } from './socket-guard.js';

/** The WebSocket endpoint. */
@Module({
  imports: [AuthModule, HealthModule, SubscriptionsModule, ChannelsModule, SurrealModule],
  providers: [
    AddressLimits,
    Authenticator,
    CommandFilter,
    CommandGuard,
    ConnectionFactory,
    { provide: HeldBytes, useFactory: heldBytes, inject: [Config, MetricsService] },
    ConnectionRegistry,
    Dispatcher,
    Drain,
    Heartbeat,
    Outboxes,
    PublishRates,
    PublishRoute,
    Publisher,
    RealtimeGateway,
    RecordWatch,
    SocketGuard,
  ],
  exports: [ConnectionRegistry, HeldBytes],
})
export class RealtimeModule {}

function heldBytes(config: Config, metrics: MetricsService): HeldBytes {
  const held = new HeldBytes(heldLimits(config));
  metrics.heldBytes.readFrom(() => held.bytes);
  return held;
}
