import { createHash } from 'node:crypto';
import { Controller, Get, Injectable, Module, UseGuards } from '@nestjs/common';
import { Counter } from 'prom-client';
import { ApiKeyGuard } from '../src/auth/api-key.guard.js';
import { AuthModule } from '../src/auth/auth.module.js';
import { AuthenticationError } from '../src/auth/tokens/authentication-error.js';
import type { Principal } from '../src/auth/tokens/principal.js';
import { TokenVerifier } from '../src/auth/tokens/token-verifier.js';
import type { Carriage, Publication } from '../src/channels/broker.js';
import { MemoryBroker } from '../src/channels/broker-memory.js';
import { Config } from '../src/config/config.js';
import { MetricsService } from '../src/metrics/metrics.service.js';
import { run } from '../src/run.js';
import { TickerModule } from './extra-gateway/ticker.module.js';

const KEY = /^key_[\w-]{32}$/;

/** Scripts have keys, of which the service knows the SHA-256 only: `SCRIPT_KEYS="backup=9f86d0…,import=…"`. Others have tokens. */
@Injectable()
class ScriptKeys extends TokenVerifier {
  private readonly names = new Map(
    (process.env.SCRIPT_KEYS ?? '').split(',').map((entry) => {
      const [name = '', digest = ''] = entry.split('=');
      return [digest, name];
    }),
  );

  override async verify(token: string, address?: string): Promise<Principal> {
    if (!KEY.test(token)) return super.verify(token, address);
    const name = this.names.get(createHash('sha256').update(token).digest('hex'));
    if (!name) throw new AuthenticationError('there is no such key');
    return { id: `script:${name}`, roles: ['script'], claims: {} };
  }
}

/** Counts what is published, by event, for whoever wants to know which events are in use. */
@Injectable()
class CountingBroker extends MemoryBroker {
  private readonly published: Counter<'event'>;

  constructor(config: Config, metrics: MetricsService) {
    super(config, metrics);
    this.published = new Counter({
      name: 'own_messages_total',
      help: 'Messages that were published, by event.',
      labelNames: ['event'],
      registers: [metrics.registry],
    });
  }

  override publish(publication: Publication, carriage: Carriage): string | Promise<string> {
    this.published.inc({ event: publication.event });
    return super.publish(publication, carriage);
  }
}

/** An endpoint for the application's own servers. */
@Controller('api/v1/uptime')
@UseGuards(ApiKeyGuard)
class UptimeController {
  @Get()
  uptime(): { readonly seconds: number } {
    return { seconds: process.uptime() };
  }
}

@Module({ imports: [AuthModule], controllers: [UptimeController] })
class UptimeModule {}

await run({ imports: [TickerModule, UptimeModule], broker: CountingBroker, verifier: ScriptKeys });
