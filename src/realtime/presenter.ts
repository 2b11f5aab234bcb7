import { Injectable } from '@nestjs/common';
import { checkChannelName } from '../channels/channel-name.js';
import { encodeState } from '../channels/presence/presence-state.js';
import { PresenceService } from '../channels/presence/presence.service.js';
import { Config } from '../config/config.js';
import type { Session } from '../session/session.js';
import type { PresenceDto } from './frames/presence.dto.js';
import { PublishRates } from './publish-rates.js';

/** Says where a connection's principal is present, and acknowledges it where the command has an id. */
@Injectable()
export class Presenter {
  constructor(
    private readonly config: Config,
    private readonly presence: PresenceService,
    private readonly rates: PublishRates,
  ) {}

  /**
   * A state is sent to many, as what is published is: it counts for the same rate.
   * @throws CommandError BAD_FRAME, NOT_SUBSCRIBED, LIMIT_EXCEEDED, RATE_LIMITED, UNAVAILABLE
   */
  async present(session: Session, { id, channel, key, state }: PresenceDto): Promise<void> {
    checkChannelName(channel);
    const text = state && encodeState(state, this.config.limitPresenceStateBytes);
    if (text !== null) this.rates.take(session.principal?.id, Buffer.byteLength(text), 'state');
    await this.presence.set(session, { channel, key, state: text });
    if (id !== undefined) session.reply({ type: 'ack', id });
  }
}
