import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ChannelsModule } from '../channels/channels.module.js';
import { Config } from '../config/config.js';
import { HeldBytes } from '../delivery/held-bytes.js';
import { HealthModule } from '../health/health.module.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { Outboxes } from '../outbox/outboxes.js';
import { RightsModule } from '../rights/rights.module.js';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.js';
import { AddressLimits } from './address-limits.js';
import { Admission } from './admission.js';
import { ChannelRights } from './channel-rights.js';
import { Drain } from './drain.js';
import { Heartbeat } from './heartbeat.js';
import { heldLimits } from './held-limits.js';
import { RecordWatch } from './record-watch.js';
import { RightsWatch } from './rights-watch.js';
import { SessionRegistry } from './session-registry.js';
import { Sessions } from './sessions.js';
import { SignIn } from './sign-in.js';

/** Clients, whichever gateway they came by. */
@Module({
  imports: [AuthModule, HealthModule, SubscriptionsModule, RightsModule, ChannelsModule],
  providers: [
    AddressLimits,
    Admission,
    ChannelRights,
    Drain,
    Heartbeat,
    { provide: HeldBytes, useFactory: heldBytes, inject: [Config, MetricsService] },
    Outboxes,
    RecordWatch,
    RightsWatch,
    SessionRegistry,
    Sessions,
    SignIn,
  ],
  exports: [AddressLimits, ChannelRights, SessionRegistry, Sessions, SignIn],
})
export class SessionModule {}

function heldBytes(config: Config, metrics: MetricsService): HeldBytes {
  const held = new HeldBytes(heldLimits(config));
  metrics.heldBytes.readFrom(() => held.bytes);
  return held;
}
