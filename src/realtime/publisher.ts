import { Injectable } from '@nestjs/common';
import { PolicyService } from '../auth/policy.service.js';
import { ChannelsService } from '../channels/channels.service.js';
import type { Connection } from './connection.js';
import type { PublishDto } from './frames/publish.dto.js';
import type { PublishPermit } from './publish-permits.js';
import type { PublishText } from './publish-text.js';

/** Publishes what a connection sends, and acknowledges it where the command has an id. */
@Injectable()
export class Publisher {
  constructor(
    private readonly policy: PolicyService,
    private readonly channels: ChannelsService,
  ) {}

  /**
   * @returns when there is something to wait for; a broker that reaches other processes makes one wait.
   * @throws CommandError BAD_FRAME, UNAVAILABLE
   */
  publish(connection: Connection, { id, channel, event, data, key, echo }: PublishDto): Promise<void> | undefined {
    const published = this.channels.publish({
      channel,
      event,
      data,
      key,
      from: connection.principal?.id,
      exclude: echo === false ? connection : undefined,
      history: this.policy.channelHistory(channel),
    });
    return whenPublished(connection, id, published);
  }

  /**
   * The same for what was read as text.
   * @throws CommandError UNAVAILABLE
   */
  publishText(
    connection: Connection,
    { id, event, data, key, echo }: PublishText,
    { channel, history }: PublishPermit,
  ): Promise<void> | undefined {
    const published = this.channels.publishChecked({
      channel,
      event,
      data,
      key,
      from: connection.principal?.id,
      exclude: echo ? undefined : connection,
      history,
    });
    return whenPublished(connection, id, published);
  }
}

function whenPublished(
  connection: Connection,
  id: string | undefined,
  published: string | Promise<string>,
): Promise<void> | undefined {
  if (published instanceof Promise) return published.then((cursor) => acknowledge(connection, id, cursor));
  acknowledge(connection, id, published);
  return undefined;
}

function acknowledge(connection: Connection, id: string | undefined, cursor: string): void {
  if (id !== undefined) connection.reply({ type: 'ack', id, cursor });
}
