import { Injectable } from '@nestjs/common';
import { encodeData } from '../channels/channel-data.js';
import { checkChannelName } from '../channels/channel-name.js';
import { ChannelsService } from '../channels/channels.service.js';
import { CommandError } from '../errors/command-error.js';
import type { Reply } from '../session/replies-in-turn.js';
import type { Session } from '../session/session.js';
import type { PublishDto } from './frames/publish.dto.js';
import type { PublishPermit } from '../session/publish-permits.js';
import { PublishRates } from './publish-rates.js';
import type { PublishText } from './publish-text.js';

/** Publishes what a connection sends, and acknowledges it where the command has an id. */
@Injectable()
export class Publisher {
  constructor(
    private readonly channels: ChannelsService,
    private readonly rates: PublishRates,
  ) {}

  /**
   * Publishes where the guard has given the session a permit.
   *
   * @returns when there is something to wait for; a broker that reaches other processes makes one wait.
   * @throws CommandError BAD_FRAME, FORBIDDEN, RATE_LIMITED, UNAVAILABLE
   */
  publish(session: Session, { id, channel, event, data, key, echo }: PublishDto): Promise<void> | undefined {
    const text: PublishText = { id, channel, event, data: encodeData(data), key, echo: echo ?? true };
    return this.publishText(session, text, this.permit(session, channel));
  }

  /**
   * The same for what was read as text.
   * @throws CommandError RATE_LIMITED, UNAVAILABLE
   */
  publishText(session: Session, text: PublishText, permit: PublishPermit): Promise<void> | undefined {
    const published = this.carry(session, text, permit);
    if (published instanceof Promise) return published.then((cursor) => acknowledge(session, text.id, cursor));
    acknowledge(session, text.id, published);
    return undefined;
  }

  /** The same, which is acknowledged by the reply. @throws CommandError RATE_LIMITED, UNAVAILABLE */
  async publishBeside(session: Session, text: PublishText, permit: PublishPermit): Promise<Reply> {
    const cursor = await this.carry(session, text, permit);
    return () => acknowledge(session, text.id, cursor);
  }

  /** What the guard has decided about a channel. @throws CommandError BAD_FRAME, FORBIDDEN where it has decided nothing */
  permit(session: Session, channel: string): PublishPermit {
    const permit = session.permits?.get(channel);
    if (permit) return permit;
    checkChannelName(channel);
    throw new CommandError('FORBIDDEN', 'channel: not allowed to publish here.');
  }

  private carry(
    session: Session,
    { event, data, key, echo }: PublishText,
    { channel, history }: PublishPermit,
  ): string | Promise<string> {
    const from = session.principal?.id;
    this.rates.take(from, Buffer.byteLength(data));
    const exclude = echo ? undefined : session;
    const { permits } = session;
    if (permits && (permits.last?.event !== event || permits.last.channel !== channel))
      permits.last = { channel, event };
    return this.channels.publishChecked({ channel, event, data, key, from, exclude, history });
  }
}

function acknowledge(session: Session, id: string | undefined, cursor: string): void {
  if (id !== undefined) session.reply({ type: 'ack', id, cursor });
}
