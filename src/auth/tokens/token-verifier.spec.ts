import { createHmac, createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { SignJWT } from 'jose';
import { Config } from '../../config/config.js';
import { MetricsService } from '../../metrics/metrics.service.js';
import { ConfigError } from '../../config/load-config.js';
import { AuthenticationError } from './authentication-error.js';
import type { DatabaseTokens } from './database-tokens.js';
import { SigningSecret } from './signing-secret.js';
import { Revocations } from './revocations.js';
import { TokenVerifier } from './token-verifier.js';

const SECRET = 'a secret of the tests';

/** None of these tokens is for it. */
const noDatabase = { verify: () => Promise.reject(new Error('the database was asked')) };

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const p521 = generateKeyPairSync('ec', { namedCurve: 'P-521' });
const ed25519 = generateKeyPairSync('ed25519');

function pem(key: KeyObject): string {
  return key.export({ type: key.type === 'public' ? 'spki' : 'pkcs8', format: 'pem' }).toString();
}

function verifier(settings: Partial<Config>): TokenVerifier {
  const config = Object.assign(new Config(), settings);
  const secret = new SigningSecret(config);
  return new TokenVerifier(
    config,
    secret,
    new JwtService(secret.key ? { secret: secret.key } : {}),
    new MetricsService(),
    noDatabase,
    new Revocations(new MetricsService()),
    false,
  );
}

function sign(alg: string, key: KeyObject | string, header: Record<string, unknown> = {}): Promise<string> {
  const secret = typeof key === 'string' ? createSecretKey(Buffer.from(key)) : key;
  return new SignJWT({ sub: 'user-1' })
    .setProtectedHeader({ ...header, alg })
    .setExpirationTime('1h')
    .sign(secret);
}

/** A token made by hand, as a library would refuse to make it. */
function forge(header: object, payload: unknown, secret?: string, hash = 'sha256'): string {
  const input = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${input}.${secret === undefined ? '' : createHmac(hash, secret).update(input).digest('base64url')}`;
}

/** Arrays in arrays. */
function nested(levels: number): unknown {
  return JSON.parse('['.repeat(levels) + ']'.repeat(levels));
}

const HOUR = Math.floor(Date.now() / 1000) + 3600;
const PAYLOAD = { sub: 'user-1', exp: HOUR };

describe('TokenVerifier', () => {
  it('asks the database for its own tokens alone, and only where no key is configured for them', async () => {
    const asked = { verify: jest.fn<DatabaseTokens['verify']>(() => Promise.reject(new AuthenticationError('asked'))) };
    const over = (settings: Partial<Config>, needsRecords = false) => {
      const config = Object.assign(new Config(), settings);
      const secret = new SigningSecret(config);
      return new TokenVerifier(
        config,
        secret,
        new JwtService({ secret: secret.key ?? '' }),
        new MetricsService(),
        asked,
        new Revocations(new MetricsService()),
        needsRecords,
      );
    };
    const own = { ID: 'user:1', NS: 'main', DB: 'main', AC: 'people', exp: HOUR };
    const token = forge({ alg: 'HS512' }, own, 'of the database', 'sha512');
    await expect(over({}).verify(token, '::1')).rejects.toThrow('asked');
    await expect(over({ jwtPublicKey: pem(rsa.publicKey) }).verify(token, '::1')).rejects.toThrow('asked');
    expect(asked.verify.mock.calls).toEqual([
      [token, own, '::1'],
      [token, own, '::1'],
    ]);
    await expect(over({ jwtSecret: SECRET }).verify(token)).rejects.toThrow('the signature is wrong');
    await expect(over({ surrealDatabase: 'other' }).verify(token)).rejects.toThrow('another namespace or database');
    await expect(over({ jwtAccess: 'staff' }).verify(token)).rejects.toThrow('another access method');
    await expect(over({}).verify(forge({ alg: 'HS512' }, PAYLOAD, 'x', 'sha512'))).rejects.toThrow(
      'the signature is wrong',
    );
    await expect(over({}).verify(`e30.e30x.${'a'.repeat(8)}`)).rejects.toThrow('malformed');
    expect(asked.verify).toHaveBeenCalledTimes(2);
    await expect(over({ jwtSecret: SECRET }, true).verify(token)).rejects.toThrow('asked');
  });

  it.each<[string, string, Partial<Config>, KeyObject | string]>([
    ['HS256', 'a secret', { jwtSecret: SECRET }, SECRET],
    ['HS384', 'a secret', { jwtSecret: SECRET }, SECRET],
    ['HS512', 'a secret', { jwtSecret: SECRET }, SECRET],
    ['RS256', 'an RSA key', { jwtPublicKey: pem(rsa.publicKey) }, rsa.privateKey],
    ['RS512', 'an RSA key', { jwtPublicKey: pem(rsa.publicKey) }, rsa.privateKey],
    ['PS384', 'an RSA key', { jwtPublicKey: pem(rsa.publicKey) }, rsa.privateKey],
    ['ES256', 'a P-256 key', { jwtPublicKey: pem(p256.publicKey) }, p256.privateKey],
    ['ES384', 'a P-384 key', { jwtPublicKey: pem(p384.publicKey) }, p384.privateKey],
    ['ES512', 'a P-521 key', { jwtPublicKey: pem(p521.publicKey) }, p521.privateKey],
    ['EdDSA', 'an Ed25519 key', { jwtPublicKey: pem(ed25519.publicKey) }, ed25519.privateKey],
    ['Ed25519', 'an Ed25519 key', { jwtPublicKey: pem(ed25519.publicKey) }, ed25519.privateKey],
    ['RS256', 'a key in one line', { jwtPublicKey: pem(rsa.publicKey).replaceAll('\n', '\\n') }, rsa.privateKey],
  ])('accepts %s by %s', async (alg, _name, settings, key) => {
    await expect(verifier(settings).verify(await sign(alg, key))).resolves.toMatchObject({ id: 'user-1', roles: [] });
  });

  it("accepts a SurrealDB record token's HS512 and ID", async () => {
    const claims = { iss: 'SurrealDB', exp: HOUR, NS: 'main', DB: 'main', AC: 'account', ID: 'user:anna' };
    const settings = { jwtSecret: SECRET, jwtPrincipalClaim: 'ID' };
    const principal = await verifier(settings).verify(forge({ typ: 'JWT', alg: 'HS512' }, claims, SECRET, 'sha512'));
    expect(principal).toEqual({ id: 'user:anna', roles: [], claims, expires: HOUR });
  });

  it('uses every configured key', async () => {
    const both = verifier({ jwtSecret: SECRET, jwtPublicKey: pem(p256.publicKey) });
    await expect(both.verify(await sign('HS256', SECRET))).resolves.toMatchObject({ id: 'user-1' });
    await expect(both.verify(await sign('ES256', p256.privateKey))).resolves.toMatchObject({ id: 'user-1' });
  });

  it.each<[string, Partial<Config>, () => string | Promise<string>, string]>([
    ['another secret', { jwtSecret: SECRET }, () => sign('HS256', 'another'), 'signature'],
    ['another key', { jwtPublicKey: pem(rsa.publicKey) }, () => sign('RS256', otherRsa.privateKey), 'signature'],
    [
      'HS256 keyed with the public key',
      { jwtPublicKey: pem(rsa.publicKey) },
      () => forge({ alg: 'HS256' }, PAYLOAD, pem(rsa.publicKey)),
      'algorithm',
    ],
    [
      'HS256 keyed with the public key beside a secret',
      { jwtSecret: SECRET, jwtPublicKey: pem(rsa.publicKey) },
      () => forge({ alg: 'HS256' }, PAYLOAD, pem(rsa.publicKey)),
      'signature',
    ],
    [
      'RS256 by a secret that is a public key',
      { jwtSecret: pem(rsa.publicKey) },
      () => sign('RS256', rsa.privateKey),
      'algorithm',
    ],
    ['no algorithm', { jwtSecret: SECRET }, () => forge({ alg: 'none' }, PAYLOAD), 'algorithm'],
    ['no algorithm, in capitals', { jwtSecret: SECRET }, () => forge({ alg: 'NONE' }, PAYLOAD), 'algorithm'],
    ['no header alg', { jwtSecret: SECRET }, () => forge({}, PAYLOAD, SECRET), 'algorithm'],
    ['an alg that is no text', { jwtSecret: SECRET }, () => forge({ alg: ['HS256'] }, PAYLOAD, SECRET), 'algorithm'],
    ['HS256 without a signature', { jwtSecret: SECRET }, () => forge({ alg: 'HS256' }, PAYLOAD), 'signature'],
    ['ES384 by a P-256 key', { jwtPublicKey: pem(p256.publicKey) }, () => sign('ES384', p384.privateKey), 'algorithm'],
    ['EdDSA by an RSA key', { jwtPublicKey: pem(rsa.publicKey) }, () => sign('EdDSA', ed25519.privateKey), 'algorithm'],
    [
      'an unknown extension',
      { jwtSecret: SECRET },
      () => forge({ alg: 'HS256', crit: ['b64'], b64: true }, PAYLOAD, SECRET),
      'extensions',
    ],
    ['a payload that is a text', { jwtSecret: SECRET }, () => forge({ alg: 'HS256' }, 'user-1', SECRET), 'malformed'],
    ['an expired one', { jwtSecret: SECRET }, () => forge({ alg: 'HS256' }, { ...PAYLOAD, exp: 1 }, SECRET), 'expired'],
    [
      'more than 8 KiB',
      { jwtSecret: SECRET },
      () => forge({ alg: 'HS256' }, { ...PAYLOAD, a: 'a'.repeat(8192) }, SECRET),
      'longer',
    ],
    [
      'claims of more levels than 64',
      { jwtSecret: SECRET },
      () => forge({ alg: 'HS256' }, { ...PAYLOAD, deep: nested(64) }, SECRET),
      'nested',
    ],
    [
      'claims of as many levels as a token has room for',
      { jwtSecret: SECRET },
      () => forge({ alg: 'HS256' }, { ...PAYLOAD, deep: nested(3_000) }, SECRET),
      'nested',
    ],
    ['what is no token', { jwtSecret: SECRET }, () => 'hello', 'malformed'],
    ['nothing', { jwtSecret: SECRET }, () => '', 'malformed'],
  ])('refuses %s', async (_name, settings, token, message) => {
    const refused = verifier(settings).verify(await token());
    await expect(refused).rejects.toThrow(AuthenticationError);
    await expect(refused).rejects.toThrow(message);
  });

  it('takes claims of 64 levels', async () => {
    const token = forge({ alg: 'HS256' }, { ...PAYLOAD, deep: nested(63) }, SECRET);
    await expect(verifier({ jwtSecret: SECRET }).verify(token)).resolves.toMatchObject({ id: 'user-1' });
  });

  it('judges each token by its own header, whichever came before', async () => {
    const one = verifier({ jwtSecret: SECRET });
    const good = () => one.verify(forge({ alg: 'HS256' }, PAYLOAD, SECRET));
    await good();
    await expect(one.verify(forge({ alg: 'HS256', crit: ['b64'] }, PAYLOAD, SECRET))).rejects.toThrow('extensions');
    await expect(one.verify(forge({ alg: 'none' }, PAYLOAD))).rejects.toThrow('algorithm');
    await expect(good()).resolves.toMatchObject({ id: 'user-1' });
    await expect(one.verify(`${forge({ alg: 'HS256' }, PAYLOAD, SECRET)}.`)).rejects.toThrow('malformed');
  });

  it('refuses a token whose payload was exchanged', async () => {
    const [header, , signature] = (await sign('HS256', SECRET)).split('.');
    const payload = Buffer.from(JSON.stringify({ sub: 'user-2' })).toString('base64url');
    await expect(verifier({ jwtSecret: SECRET }).verify(`${header}.${payload}.${signature}`)).rejects.toThrow(
      'signature',
    );
  });

  describe('a token that comes again', () => {
    const outcomes = async ({ registry }: MetricsService): Promise<Record<string, number>> => {
      const metric = await registry.getSingleMetric('edge_hive_token_checks_total')?.get();
      return Object.fromEntries(metric?.values.map(({ labels, value }) => [String(labels.result), value]) ?? []);
    };
    const remembering = (settings: Partial<Config> = {}) => {
      const config = Object.assign(new Config(), { jwtSecret: SECRET, ...settings });
      const secret = new SigningSecret(config);
      const metrics = new MetricsService();
      const revocations = new Revocations(metrics);
      const jwt = new JwtService({ secret: secret.key ?? '' });
      const one = new TokenVerifier(config, secret, jwt, metrics, noDatabase, revocations, false);
      return { one, metrics, revocations };
    };
    afterEach(() => {
      jest.restoreAllMocks();
    });

    it('is not verified again, and names the very same principal', async () => {
      const { one, metrics } = remembering();
      const token = forge({ alg: 'HS256' }, PAYLOAD, SECRET);
      const principal = await one.verify(token);
      for (let n = 0; n < 2; n++) expect(await one.verify(token)).toBe(principal);
      expect(await outcomes(metrics)).toEqual({ verified: 1, remembered: 2 });
    });

    it('is recalled at once, as long as it is good', async () => {
      const { one, metrics, revocations } = remembering();
      const clock = jest.spyOn(Date, 'now').mockReturnValue((HOUR - 60) * 1_000);
      const [token, revoked] = [PAYLOAD, { ...PAYLOAD, jti: 'gone' }].map((claims) =>
        forge({ alg: 'HS256' }, claims, SECRET),
      ) as [string, string];
      expect(one.recall(token)).toBeUndefined();
      const principal = await one.verify(token);
      await one.verify(revoked);
      expect(one.recall(token)).toBe(principal);
      revocations.add({ jti: 'gone' });
      expect(one.recall(revoked)).toBeUndefined();
      clock.mockReturnValue((HOUR + 1) * 1_000);
      expect(one.recall(token)).toBeUndefined();
      expect(await outcomes(metrics)).toEqual({ verified: 2, remembered: 1 });
    });

    it('is verified again where nothing may be kept', async () => {
      const { one, metrics } = remembering({ limitTokenBytes: 0 });
      const token = forge({ alg: 'HS256' }, PAYLOAD, SECRET);
      for (let n = 0; n < 3; n++) await one.verify(token);
      expect(await outcomes(metrics)).toEqual({ verified: 3 });
    });

    it('is refused once it has expired, and before it holds', async () => {
      const { one } = remembering();
      const [from, to] = [HOUR - 600, HOUR - 590];
      const token = forge({ alg: 'HS256' }, { sub: 'user-1', nbf: from, exp: to }, SECRET);
      const clock = jest.spyOn(Date, 'now').mockReturnValue((from + 1) * 1_000);
      await expect(one.verify(token)).resolves.toMatchObject({ id: 'user-1' });
      clock.mockReturnValue((from - 60) * 1_000);
      await expect(one.verify(token)).rejects.toThrow('not valid yet');
      clock.mockReturnValue((to + 1) * 1_000);
      await expect(one.verify(token)).rejects.toThrow('expired');
    });

    it('is refused with another signature, and each time anew', async () => {
      const { one, metrics } = remembering();
      const token = forge({ alg: 'HS256' }, PAYLOAD, SECRET);
      await one.verify(token);
      const forged = `${token.slice(0, token.lastIndexOf('.'))}.${'A'.repeat(43)}`;
      for (let n = 0; n < 2; n++) await expect(one.verify(forged)).rejects.toThrow('signature');
      expect(await outcomes(metrics)).toEqual({ verified: 1, refused: 2 });
    });
  });

  it('checks issuer, audience and principal claim alike for every kind of key', async () => {
    const asked = { jwtIssuer: 'issuer', jwtAudience: 'audience' };
    await expect(verifier({ ...asked, jwtSecret: SECRET }).verify(await sign('HS256', SECRET))).rejects.toThrow(
      'issuer',
    );
    await expect(
      verifier({ ...asked, jwtPublicKey: pem(p256.publicKey) }).verify(await sign('ES256', p256.privateKey)),
    ).rejects.toThrow('issuer');
  });

  it.each<[string, Partial<Config>, RegExp]>([
    ['text that is no key', { jwtPublicKey: 'hello' }, /^JWT_PUBLIC_KEY has to be a public key/],
    ['a private key', { jwtPublicKey: pem(rsa.privateKey) }, /^JWT_PUBLIC_KEY holds a private key/],
    [
      'a short RSA key',
      { jwtPublicKey: pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey) },
      /^JWT_PUBLIC_KEY has to have 2048 bits/,
    ],
    [
      'a curve that no algorithm uses',
      { jwtPublicKey: pem(generateKeyPairSync('ec', { namedCurve: 'secp224r1' }).publicKey) },
      /^JWT_PUBLIC_KEY has to be RSA/,
    ],
    ['an address of keys that is none', { jwtJwksUrl: 'example.com/keys' }, /^JWT_JWKS_URL has to be/],
  ])('does not start with %s', (_name, settings, message) => {
    expect(() => verifier(settings)).toThrow(ConfigError);
    expect(() => verifier(settings)).toThrow(message);
  });
});

describe('SigningSecret', () => {
  it('is made for the run where no key is configured', async () => {
    const config = new Config();
    const secret = new SigningSecret(config);
    const jwt = new JwtService({ secret: secret.key ?? '' });
    expect(secret.madeForRun).toBe(true);
    await expect(
      new TokenVerifier(
        config,
        secret,
        jwt,
        new MetricsService(),
        noDatabase,
        new Revocations(new MetricsService()),
        false,
      ).verify(jwt.sign(PAYLOAD)),
    ).resolves.toMatchObject({
      id: 'user-1',
    });
    expect(new SigningSecret(config).key?.equals(secret.key ?? createSecretKey(Buffer.from('x')))).toBe(false);
  });

  it.each<Partial<Config>>([{ jwtPublicKey: pem(rsa.publicKey) }, { jwtJwksUrl: 'https://example.com/keys' }])(
    'is not made beside public keys',
    (settings) => {
      expect(new SigningSecret(Object.assign(new Config(), settings))).toMatchObject({
        key: undefined,
        madeForRun: false,
      });
    },
  );

  it.each([
    ['x'.repeat(31), 1],
    ['x'.repeat(32), 0],
  ])('warns of one that is short: %s', (jwtSecret, warnings) => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const secret = new SigningSecret(Object.assign(new Config(), { jwtSecret }));
    expect(warn).toHaveBeenCalledTimes(warnings);
    warn.mockRestore();
    expect(secret.key?.symmetricKeySize).toBe(jwtSecret.length);
  });

  it('has 32 bytes or more in production', () => {
    const config = (jwtSecret: string) => Object.assign(new Config(), { environment: 'production', jwtSecret });
    expect(() => new SigningSecret(config('x'.repeat(31)))).toThrow(ConfigError);
    expect(() => new SigningSecret(config('x'.repeat(31)))).toThrow(/^JWT_SECRET has 31 bytes/);
    expect(new SigningSecret(config('x'.repeat(32))).key?.symmetricKeySize).toBe(32);
  });

  it('is never made in production', () => {
    const config = Object.assign(new Config(), { environment: 'production' });
    expect(() => new SigningSecret(config)).toThrow(/JWT_SECRET, JWT_PUBLIC_KEY or JWT_JWKS_URL/);
    expect(() => new SigningSecret(config)).toThrow(ConfigError);
  });
});
