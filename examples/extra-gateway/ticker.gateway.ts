import type { IncomingMessage } from 'node:http';
import { CLOSE_CODES, type CloseCode } from '@edge-hive/protocol';
import { WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import { CommandError } from '../../src/errors/command-error.js';
import { handshakeToken } from '../../src/realtime/handshake.js';
import { sessionSocketOptions } from '../../src/realtime/session-socket-options.js';
import { RightsService } from '../../src/rights/rights.service.js';
import { RefusedToken } from '../../src/session/refused-token.js';
import type { CommandHandler, Session } from '../../src/session/session.js';
import { Sessions } from '../../src/session/sessions.js';
import { SignIn } from '../../src/session/sign-in.js';
import { LiveQueryService } from '../../src/subscriptions/live-query.service.js';
import { TickerSocket } from './ticker-socket.js';
import { Ticker } from './ticker.js';

/** A display sends nothing that is read: more than this is a mistake. */
const FRAME_BYTES = 1_024;
/** A close reason has at most 123 bytes. */
const REASON_CHARACTERS = 40;

const NOTHING_TO_SAY: CommandHandler = { serve: () => undefined };

/**
 * Tables for displays that know no protocol: `ws://…/api/v1/ticker?topic=prices&token=…` sends the rows that there are,
 * then each change, as `{"action":…,"row":{…}}`.
 */
@WebSocketGateway({ path: '/api/v1/ticker', ...sessionSocketOptions(FRAME_BYTES, TickerSocket) })
export class TickerGateway implements OnGatewayConnection<TickerSocket> {
  constructor(
    private readonly sessions: Sessions,
    private readonly signIn: SignIn,
    private readonly rights: RightsService,
    private readonly liveQueries: LiveQueryService,
  ) {}

  async handleConnection(socket: TickerSocket, request: IncomingMessage): Promise<void> {
    const session = this.sessions.open(socket, request, NOTHING_TO_SAY);
    if (!session) return;
    socket.carry(session, FRAME_BYTES);
    try {
      await this.serve(session, request);
    } catch (error) {
      const { code, reason } = refusal(error);
      session.close(code, reason.slice(0, REASON_CHARACTERS));
    }
  }

  private async serve(session: Session, request: IncomingMessage): Promise<void> {
    const topic = new URLSearchParams(request.url?.split('?')[1]).get('topic') ?? '';
    const token = handshakeToken(request);
    if (token === undefined) throw new CommandError('FORBIDDEN', 'a token is needed');
    if (!this.signIn.begin(session, await this.signIn.verify(session, token))) return;
    const grant = await this.rights.grant(session.caller, topic);
    await this.liveQueries.subscribe(new Ticker(session), { topic, snapshot: true }, grant);
  }
}

/** Only messages that were written for clients reach them. */
function refusal(error: unknown): { readonly code: CloseCode; readonly reason: string } {
  if (error instanceof RefusedToken) return { code: error.closeCode, reason: error.message };
  if (!(error instanceof CommandError)) return { code: CLOSE_CODES.OVERLOADED, reason: 'failed' };
  const code = error.code === 'FORBIDDEN' ? CLOSE_CODES.FORBIDDEN : CLOSE_CODES.OVERLOADED;
  return { code, reason: error.message };
}
