import { Injectable } from '@nestjs/common';
import { PolicyService } from '../auth/policy/policy.service.js';
import { encodeData } from '../channels/channel-data.js';
import { checkChannelName } from '../channels/channel-name.js';
import { ChannelsService } from '../channels/channels.service.js';
import type { Connection } from './connection.js';
import type { PublishDto } from './frames/publish.dto.js';
import { PublishPermits, type PublishPermit } from './publish-permits.js';
import { PublishRates } from './publish-rates.js';
import type { PublishText } from './publish-text.js';

/** Publishes what a connection sends, and acknowledges it where the command has an id. */
@Injectable()
export class Publisher {
  constructor(
    private readonly policy: PolicyService,
    private readonly channels: ChannelsService,
    private readonly rates: PublishRates,
  ) {}

  /**
   * Publishes where the connection is known to have the right to.
   *
   * @returns when there is something to wait for; a broker that reaches other processes makes one wait.
   * @throws CommandError BAD_FRAME, RATE_LIMITED, UNAVAILABLE
   */
  publish(connection: Connection, { id, channel, event, data, key, echo }: PublishDto): Promise<void> | undefined {
    const text: PublishText = { id, channel, event, data: encodeData(data), key, echo: echo ?? true };
    return this.publishText(connection, text, this.permit(connection, channel));
  }

  /**
   * The same for what was read as text.
   * @throws CommandError RATE_LIMITED, UNAVAILABLE
   */
  publishText(
    connection: Connection,
    { id, event, data, key, echo }: PublishText,
    { channel, history }: PublishPermit,
  ): Promise<void> | undefined {
    const from = connection.principal?.id;
    this.rates.take(from, Buffer.byteLength(data));
    const exclude = echo ? undefined : connection;
    const { permits } = connection;
    if (permits && (permits.last?.event !== event || permits.last.channel !== channel))
      permits.last = { channel, event };
    const published = this.channels.publishChecked({ channel, event, data, key, from, exclude, history });
    if (published instanceof Promise) return published.then((cursor) => acknowledge(connection, id, cursor));
    acknowledge(connection, id, published);
    return undefined;
  }

  /** What a connection that may publish to a channel has to go by. @throws CommandError BAD_FRAME */
  permit(connection: Connection, channel: string): PublishPermit {
    connection.permits ??= new PublishPermits();
    const known = connection.permits.get(channel);
    if (known) return known;
    checkChannelName(channel);
    return connection.permits.add({ channel, history: this.policy.channelHistory(channel) });
  }
}

function acknowledge(connection: Connection, id: string | undefined, cursor: string): void {
  if (id !== undefined) connection.reply({ type: 'ack', id, cursor });
}
