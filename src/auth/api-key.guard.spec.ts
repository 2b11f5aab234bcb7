import 'reflect-metadata';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Global,
  Injectable,
  Module,
  Req,
  UseGuards,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Config } from '../config/config.js';
import { UnaskedDatabase } from '../../test/support/unasked-database.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { ApiKeyGuard, type ServiceRequest } from './api-key.guard.js';
import { AuthModule } from './auth.module.js';
import type { Principal } from './tokens/principal.js';
import { Revocations } from './tokens/revocations.js';
import { TokenIssuer } from './tokens/token-issuer.js';
import { TokenVerifier } from './tokens/token-verifier.js';

@Controller()
@UseGuards(ApiKeyGuard)
class CallerController {
  @Get()
  caller(@Req() request: ServiceRequest) {
    return request.caller;
  }
}

let app: INestApplication | undefined;

async function start(settings: Partial<Config>, verifier?: Type<TokenVerifier>) {
  const config = Object.assign(new Config(), settings);
  @Global()
  @Module({ providers: [{ provide: Config, useValue: config }], exports: [Config] })
  class ConfigModule {}
  @Module({
    imports: [
      ConfigModule,
      MetricsModule,
      UnaskedDatabase,
      AuthModule,
      ...(verifier ? [AuthModule.forRoot({ verifier })] : []),
    ],
    controllers: [CallerController],
  })
  class TestModule {}
  app = await NestFactory.create(TestModule, { logger: false, abortOnError: false });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const issuer = app.get(TokenIssuer);
  return {
    get: (headers: Record<string, string>) => fetch(url, { headers }),
    token: (...roles: string[]) => issuer.issue({ principal: 'backend', roles, expiresIn: 60 }),
  };
}

afterEach(() => app?.close());

describe('ApiKeyGuard', () => {
  it.each([{ 'x-api-key': 'right' }, { authorization: 'Bearer right' }, { authorization: 'bearer right' }])(
    'lets the API key in by %j',
    async (headers) => {
      const response = await (await start({ apiKey: 'right' })).get(headers);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ principal: { id: 'service', roles: ['service'] } });
    },
  );

  it('lets a service token in as its principal', async () => {
    const { get, token } = await start({ apiKey: 'right' });
    const response = await get({ authorization: `Bearer ${token('service')}` });
    expect(await response.json()).toMatchObject({ principal: { id: 'backend', roles: ['service'] }, local: false });
  });

  it('forbids a token of another role', async () => {
    const { get, token } = await start({ apiKey: 'right' });
    expect((await get({ authorization: `Bearer ${token('admin')}` })).status).toBe(403);
  });

  it.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['a wrong key', { 'x-api-key': 'wrong' }],
    ['an empty key', { 'x-api-key': '' }],
    ['a wrong bearer', { authorization: 'Bearer wrong' }],
    ['an empty bearer', { authorization: 'Bearer ' }],
    ['another scheme', { authorization: 'Basic right' }],
    ['a wrong key beside a right bearer', { 'x-api-key': 'wrong', authorization: 'Bearer right' }],
  ])('does not know who sends %s', async (_name, headers) => {
    expect((await (await start({ apiKey: 'right' })).get(headers)).status).toBe(401);
  });

  it.each<[string, Record<string, string>]>([
    ['an empty key', { 'x-api-key': '' }],
    ['a key', { 'x-api-key': 'undefined' }],
    ['a bearer', { authorization: 'Bearer x' }],
  ])('knows no key where none is configured: %s', async (_name, headers) => {
    expect((await (await start({})).get(headers)).status).toBe(401);
  });

  it('asks to come again while the keys of tokens are missing', async () => {
    const { get } = await start({ jwtJwksUrl: 'http://127.0.0.1:1/keys' });
    const header = Buffer.from('{"alg":"ES256"}').toString('base64url');
    expect((await get({ authorization: `Bearer ${header}.e30.c2ln` })).status).toBe(503);
  });
});

describe('a verifier of one’s own', () => {
  /** Knows one token, of which it asks nobody else. */
  @Injectable()
  class OwnVerifier extends TokenVerifier {
    override verify(): Promise<Principal> {
      return Promise.resolve({ id: 'script', roles: ['service'], claims: {} });
    }
  }

  it('lets nobody in whose tokens are revoked', async () => {
    const { get } = await start({ apiKey: 'right' }, OwnVerifier);
    const own = { authorization: 'Bearer own' };
    expect((await get(own)).status).toBe(200);
    app?.get(Revocations).add({ principal: 'script', before: Date.now() / 1_000 });
    expect((await get(own)).status).toBe(401);
  });
});

describe('wrong keys', () => {
  const failures = async (): Promise<Record<string, number>> => {
    const metric = await app?.get(MetricsService).registry.getSingleMetric('edge_hive_key_failures_total')?.get();
    return Object.fromEntries(metric?.values.map(({ labels, value }) => [String(labels.result), value]) ?? []);
  };

  it('are counted, and not looked at beyond a number at once', async () => {
    const { get } = await start({ apiKey: 'right', limitWrongKeys: 3 });
    const statuses: number[] = [];
    for (let n = 0; n < 20; n++) {
      const headers: Record<string, string> = n % 2 ? { 'x-api-key': `wrong-${n}` } : { authorization: `Bearer ${n}` };
      statuses.push((await get(headers)).status);
    }
    expect(statuses.slice(0, 3)).toEqual([401, 401, 401]);
    // A second may pass meanwhile, on a busy machine several.
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(10);
    expect(await failures()).toEqual({
      wrong: statuses.filter((status) => status === 401).length,
      unchecked: statuses.filter((status) => status === 429).length,
    });
  });

  it('do not keep the right key from being let in where it came from before', async () => {
    const { get } = await start({ apiKey: 'right', limitWrongKeys: 3 });
    const right = { 'x-api-key': 'right' };
    expect((await get(right)).status).toBe(200);
    for (let n = 0; n < 20; n++) await get({ 'x-api-key': 'wrong' });
    expect((await get(right)).status).toBe(200);
  });

  it('are not what a request without a key has, nor a token without the role', async () => {
    const { get, token } = await start({ apiKey: 'right', limitWrongKeys: 3 });
    for (let n = 0; n < 10; n++) {
      expect((await get({})).status).toBe(401);
      expect((await get({ authorization: `Bearer ${token('admin')}` })).status).toBe(403);
    }
    expect(await failures()).toEqual({});
  });
});

describe('AuthModule', () => {
  it('does not start in production without a key', async () => {
    await expect(start({ environment: 'production' })).rejects.toThrow('JWT_SECRET');
  });
});
