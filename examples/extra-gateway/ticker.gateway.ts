import type { IncomingMessage } from 'node:http';
import { CLOSE_CODES } from '@edge-hive/protocol';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import { WebSocketGateway, type OnGatewayConnection, type OnGatewayDisconnect } from '@nestjs/websockets';
import type { WebSocket } from 'ws';
import { AuthenticationError } from '../../src/auth/tokens/authentication-error.js';
import { originAllowed, parseOrigins } from '../../src/auth/origins.js';
import { PolicyService } from '../../src/auth/policy/policy.service.js';
import { TokenVerifier } from '../../src/auth/tokens/token-verifier.js';
import { Config } from '../../src/config/config.js';
import { CommandError } from '../../src/errors/command-error.js';
import { handshakeToken } from '../../src/realtime/handshake.js';
import { LiveQueryService } from '../../src/subscriptions/live-query.service.js';
import { Ticker } from './ticker.js';

/** The display sends nothing that is read: more than this is a mistake. */
const FRAME_BYTES = 1_024;

/**
 * Tables for displays that know no protocol: `ws://…/api/v1/ticker?topic=prices&token=…` sends the rows that there are,
 * then each change, as `{"action":…,"row":{…}}`.
 */
@WebSocketGateway({ path: '/api/v1/ticker', maxPayload: FRAME_BYTES })
export class TickerGateway
  implements OnGatewayConnection<WebSocket>, OnGatewayDisconnect<WebSocket>, BeforeApplicationShutdown
{
  private readonly tickers = new Map<WebSocket, Ticker>();

  constructor(
    private readonly config: Config,
    private readonly verifier: TokenVerifier,
    private readonly policy: PolicyService,
    private readonly liveQueries: LiveQueryService,
  ) {}

  async handleConnection(socket: WebSocket, request: IncomingMessage): Promise<void> {
    const ticker = new Ticker(socket);
    this.tickers.set(socket, ticker);
    try {
      await this.serve(ticker, request);
    } catch (error) {
      const { code, reason } = refusal(error);
      ticker.close(code, reason);
    }
  }

  handleDisconnect(socket: WebSocket): void {
    this.tickers.get(socket)?.gone();
    this.tickers.delete(socket);
  }

  beforeApplicationShutdown(): void {
    for (const ticker of this.tickers.values()) ticker.close(CLOSE_CODES.RESTARTING, 'the server is restarting');
  }

  private async serve(ticker: Ticker, request: IncomingMessage): Promise<void> {
    if (!originAllowed(request.headers.origin, parseOrigins(this.config.allowedOrigins))) {
      throw new CommandError('FORBIDDEN', 'this origin is not allowed');
    }
    const topic = new URLSearchParams(request.url?.split('?')[1]).get('topic') ?? '';
    const token = handshakeToken(request);
    const principal = token === undefined ? undefined : await this.verifier.verify(token);
    const rights = this.policy.topicRights({ ...(principal && { principal }), local: false }, topic);
    if (!rights) throw new CommandError('FORBIDDEN', `not allowed to read ${topic}`);
    if (principal?.expires !== undefined) ticker.closeAt(principal.expires * 1_000);
    await this.liveQueries.subscribe(ticker, { topic, snapshot: true }, rights);
  }
}

/** Only messages that were written for clients are told to them. */
function refusal(error: unknown): { readonly code: number; readonly reason: string } {
  if (error instanceof AuthenticationError) return { code: CLOSE_CODES.UNAUTHENTICATED, reason: error.message };
  if (!(error instanceof CommandError)) return { code: 1011, reason: 'failed' };
  const code = error.code === 'FORBIDDEN' ? CLOSE_CODES.FORBIDDEN : CLOSE_CODES.OVERLOADED;
  return { code, reason: error.message };
}
