import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { isLocal, wasForwarded } from '../auth/origins.js';
import { SigningSecret } from '../auth/signing-secret.js';
import { TokenIssuer } from '../auth/token-issuer.js';
import { DatabaseProcess } from '../surreal/database-process.js';
import type { PageSettings } from './page-settings.js';

export type PageRequest = Pick<IncomingMessage, 'headers' | 'socket'>;

const LOOPBACK_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;

/** Decides what the page may: only on this machine, only with a database and a secret that are the service's own. */
@Injectable()
export class PageAccess {
  constructor(
    private readonly database: DatabaseProcess,
    private readonly secret: SigningSecret,
    private readonly tokens: TokenIssuer,
  ) {}

  /** Where the page's scripts may connect to, beside the service itself. */
  get databaseUrl(): string | undefined {
    const { own, endpoint } = this.database;
    return own && endpoint.url !== '' ? endpoint.url : undefined;
  }

  settingsFor(request: PageRequest): PageSettings {
    if (!isTrusted(request)) {
      return {
        writing: { refused: 'Rows can be written here only on the service’s own machine: open http://localhost.' },
      };
    }
    return {
      ...(this.secret.madeForRun && { token: this.tokens.issue({ principal: 'user-1', expiresIn: '1h' }) }),
      writing: this.writing(),
    };
  }

  private writing(): PageSettings['writing'] {
    const { own, endpoint } = this.database;
    if (!own) return { refused: 'The database is not the service’s own: write to it with your application.' };
    if (endpoint.url === '') return { refused: 'The database is still starting: load the page again in a moment.' };
    return { database: endpoint };
  }
}

/**
 * A page of another site has this machine's address as well. Its Origin gives it away, unless its name was made to resolve
 * to 127.0.0.1 (DNS rebinding): then the Host does.
 */
function isTrusted(request: PageRequest): boolean {
  const { headers, socket } = request;
  return LOOPBACK_HOST.test(headers.host ?? '') && isLocal(socket.remoteAddress, headers.origin, wasForwarded(request));
}
