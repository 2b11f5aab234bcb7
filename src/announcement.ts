import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Announcement } from './announce.js';
import { PolicyService } from './auth/policy/policy.service.js';
import { SigningSecret } from './auth/tokens/signing-secret.js';
import { TokenIssuer } from './auth/tokens/token-issuer.js';
import { Config } from './config/config.js';
import { DatabaseProcess } from './surreal/connection/database-process.js';

const OPEN =
  'DEVELOPMENT_ACCESS=anyone: no client needs a token, and all that can reach the service can write to its own database';

export function announcementOf(app: NestExpressApplication): Announcement {
  const { host, production, developmentAccess } = app.get(Config);
  const { port } = app.getHttpServer().address() as AddressInfo;
  const database = app.get(DatabaseProcess);
  const open = !production && developmentAccess === 'anyone';
  return {
    log: [
      app.get(PolicyService).described,
      ...(database.own ? [`Write to the database with any SurrealDB SDK at ${database.endpoint.url}`] : []),
    ],
    warnings: open ? [OPEN] : [],
    lines: [...tokenLines(app, port), `listening on http://${host.includes(':') ? `[${host}]` : host}:${port}`],
  };
}

/** Where no key was configured, only the service itself can sign a token: without these lines nobody had one. */
function tokenLines(app: NestExpressApplication, port: number): readonly string[] {
  if (!app.get(SigningSecret).madeForRun) return [];
  const token = app.get(TokenIssuer).issue({ principal: 'user-1', expiresIn: '1d' });
  // Behind the hash it stays in the browser: no server and no log sees it.
  return [`token of user-1 for this run: ${token}`, `try it: http://localhost:${port}/#token=${token}`];
}
