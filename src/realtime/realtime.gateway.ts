import type { IncomingMessage } from 'node:http';
import { REALTIME_PATH } from '@edge-hive/protocol';
import { UseFilters, UseGuards } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  type OnGatewayConnection,
} from '@nestjs/websockets';
import { PolicyService } from '../auth/policy/policy.service.js';
import { ChannelsService } from '../channels/channels.service.js';
import { NO_ROW } from '../filter/condition.js';
import { LiveQueryService } from '../subscriptions/live-query.service.js';
import { Authenticator } from './authenticator.js';
import { CommandFilter } from './command.filter.js';
import { CommandGuard } from './command.guard.js';
import { Connection } from './connection.js';
import { FramePipe } from './frame.pipe.js';
import { AuthDto } from './frames/auth.dto.js';
import { PingDto } from './frames/ping.dto.js';
import { PublishDto } from './frames/publish.dto.js';
import { SubscribeDto } from './frames/subscribe.dto.js';
import { UnsubscribeDto } from './frames/unsubscribe.dto.js';
import { handshakeToken } from './handshake.js';
import { Publisher } from './publisher.js';
import { unsubscribe } from './unsubscribe.js';

/** The commands of the protocol. Handlers answer through the connection's outbox and return nothing. */
@WebSocketGateway({ path: REALTIME_PATH })
@UseGuards(CommandGuard)
@UseFilters(CommandFilter)
export class RealtimeGateway implements OnGatewayConnection<Connection> {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly policy: PolicyService,
    private readonly liveQueries: LiveQueryService,
    private readonly channels: ChannelsService,
    private readonly publisher: Publisher,
  ) {}

  handleConnection(connection: Connection, request: IncomingMessage): void {
    this.authenticator.begin(connection, handshakeToken(request));
  }

  @SubscribeMessage('auth')
  async auth(@ConnectedSocket() connection: Connection, @MessageBody(FramePipe) frame: AuthDto): Promise<void> {
    await this.authenticator.authenticate(connection, frame.token, frame.id);
  }

  @SubscribeMessage('subscribe')
  async subscribe(
    @ConnectedSocket() connection: Connection,
    @MessageBody(FramePipe) frame: SubscribeDto,
  ): Promise<void> {
    const { topic, channel } = frame;
    if (channel !== undefined) return this.channels.subscribe(connection, { ...frame, channel });
    if (topic === undefined) return;
    const rights = this.policy.topicRights(connection.caller, topic) ?? { where: NO_ROW };
    await this.liveQueries.subscribe(connection, { ...frame, topic }, rights);
  }

  @SubscribeMessage('unsubscribe')
  unsubscribe(@ConnectedSocket() connection: Connection, @MessageBody(FramePipe) frame: UnsubscribeDto): void {
    unsubscribe(connection, frame);
  }

  @SubscribeMessage('publish')
  async publish(@ConnectedSocket() connection: Connection, @MessageBody(FramePipe) frame: PublishDto): Promise<void> {
    await this.publisher.publish(connection, frame);
  }

  @SubscribeMessage('ping')
  ping(@ConnectedSocket() connection: Connection, @MessageBody(FramePipe) { id }: PingDto): void {
    connection.reply({ type: 'pong', ...(id !== undefined && { id }), time: new Date().toISOString() });
  }
}
