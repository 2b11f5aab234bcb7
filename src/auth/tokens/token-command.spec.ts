import { describe, expect, it } from '@jest/globals';
import { JwtService } from '@nestjs/jwt';
import { Config } from '../../config/config.js';
import { MetricsService } from '../../metrics/metrics.service.js';
import { SigningSecret } from './signing-secret.js';
import { tokenFor } from './token-command.js';
import { Revocations } from './revocations.js';
import { TokenVerifier } from './token-verifier.js';

const ENV = { JWT_SECRET: 'a secret of the tests' };

function verify(token: string, settings: Partial<Config> = {}) {
  const config = Object.assign(new Config(), { jwtSecret: ENV.JWT_SECRET, ...settings });
  const secret = new SigningSecret(config);
  const noDatabase = { verify: () => Promise.reject(new Error('the database was asked')) };
  const jwt = new JwtService({ secret: secret.key ?? '' });
  return new TokenVerifier(
    config,
    secret,
    jwt,
    new MetricsService(),
    noDatabase,
    new Revocations(new MetricsService()),
    false,
  ).verify(token);
}

describe('npm run token', () => {
  it('gives roles where they are read', async () => {
    const settings = { jwtRolesClaim: 'realm_access.roles' };
    const token = tokenFor(['--sub', 'user-1', '--roles', 'admin'], {
      ...ENV,
      JWT_ROLES_CLAIM: settings.jwtRolesClaim,
    });
    expect(await verify(token, settings)).toMatchObject({ id: 'user-1', roles: ['admin'] });
  });

  it('prints a token that the service lets in', async () => {
    const token = tokenFor(
      ['--sub', 'user-1', '--roles', 'admin, editor', '--claim', 'rooms=["a","b"]', '--claim', 'n=1'],
      ENV,
    );
    const principal = await verify(token);
    expect(principal).toMatchObject({ id: 'user-1', roles: ['admin', 'editor'], claims: { rooms: ['a', 'b'], n: 1 } });
  });

  it.each([
    ['90', 90],
    ['15m', 900],
    ['1h', 3600],
    ['7d', 604_800],
  ])('expires after %s', async (expires, seconds) => {
    const { claims } = await verify(tokenFor(['--sub', 'user-1', '--expires', expires], ENV));
    expect(Number(claims.exp) - Number(claims.iat)).toBe(seconds);
  });

  it('says what the service is configured to ask for', async () => {
    const env = { ...ENV, JWT_ISSUER: 'issuer', JWT_AUDIENCE: 'audience', JWT_PRINCIPAL_CLAIM: 'ID' };
    const principal = await verify(tokenFor(['--sub', 'user:anna'], env), {
      jwtIssuer: 'issuer',
      jwtAudience: 'audience',
      jwtPrincipalClaim: 'ID',
    });
    expect(principal.id).toBe('user:anna');
  });

  it.each<[string, string[], Record<string, string>, RegExp]>([
    ['without a secret', ['--sub', 'a'], {}, /^JWT_SECRET is not set\. Start the service/],
    ['in production', ['--sub', 'a'], { ...ENV, NODE_ENV: 'production' }, /development only/],
    ['without --sub', ['--roles', 'admin'], ENV, /^--sub is missing\nnpm run token/],
    ['with an unknown option', ['--sub', 'a', '--role', 'b'], ENV, /'--role'[^]*npm run token/],
    ['with a stray word', ['--sub', 'a', 'admin'], ENV, /'admin'[^]*npm run token/],
    ['with a time span that is none', ['--sub', 'a', '--expires', 'soon'], ENV, /expiresIn[^]*npm run token/],
    ['with a claim that has no name', ['--sub', 'a', '--claim', '=1'], ENV, /not name=json/],
    [
      'with a claim that is not JSON',
      ['--sub', 'a', '--claim', 'team=red'],
      ENV,
      /--claim team is not JSON: .*'team="text"'/,
    ],
    ['with a bad environment', ['--sub', 'a'], { ...ENV, PORT: 'x' }, /PORT/],
  ])('refuses %s', (_name, args, env, message) => {
    expect(() => tokenFor(args, env)).toThrow(message);
  });
});
