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
import { ChannelsService } from '../channels/channels.service.js';
import { LiveQueryService } from '../subscriptions/live-query.service.js';
import { Authenticator } from './authenticator.js';
import { CommandFilter } from './command.filter.js';
import { CommandGuard } from './command.guard.js';
import { Session } from '../session/session.js';
import { FramePipe } from './frame.pipe.js';
import { AuthDto } from './frames/auth.dto.js';
import { PingDto } from './frames/ping.dto.js';
import { PresenceDto } from './frames/presence.dto.js';
import { PublishDto } from './frames/publish.dto.js';
import { SubscribeDto } from './frames/subscribe.dto.js';
import { UnsubscribeDto } from './frames/unsubscribe.dto.js';
import { Granted, type Grant } from './granted.js';
import { handshakeToken } from './handshake.js';
import { Presenter } from './presenter.js';
import { Publisher } from './publisher.js';
import { unsubscribe } from './unsubscribe.js';

/** The commands of the protocol. Handlers answer through the connection's outbox and return nothing. */
@WebSocketGateway({ path: REALTIME_PATH })
@UseGuards(CommandGuard)
@UseFilters(CommandFilter)
export class RealtimeGateway implements OnGatewayConnection<Session> {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly liveQueries: LiveQueryService,
    private readonly channels: ChannelsService,
    private readonly publisher: Publisher,
    private readonly presenter: Presenter,
  ) {}

  handleConnection(session: Session, request: IncomingMessage): void {
    this.authenticator.begin(session, handshakeToken(request));
  }

  @SubscribeMessage('auth')
  async auth(@ConnectedSocket() session: Session, @MessageBody(FramePipe) frame: AuthDto): Promise<void> {
    await this.authenticator.authenticate(session, frame.token, frame.id);
  }

  @SubscribeMessage('subscribe')
  async subscribe(
    @ConnectedSocket() session: Session,
    @MessageBody(FramePipe) frame: SubscribeDto,
    @Granted() granted: Grant | undefined,
  ): Promise<void> {
    const { topic, channel } = frame;
    if (channel !== undefined && granted?.kind === 'channel') {
      await this.channels.subscribe(session, { ...frame, channel }, granted.mayUse);
    } else if (topic !== undefined && granted?.kind === 'topic') {
      await this.liveQueries.subscribe(session, { ...frame, topic }, granted.topic);
    }
  }

  @SubscribeMessage('unsubscribe')
  unsubscribe(@ConnectedSocket() session: Session, @MessageBody(FramePipe) frame: UnsubscribeDto): void {
    unsubscribe(session, frame);
  }

  @SubscribeMessage('publish')
  async publish(@ConnectedSocket() session: Session, @MessageBody(FramePipe) frame: PublishDto): Promise<void> {
    await this.publisher.publish(session, frame);
  }

  @SubscribeMessage('presence')
  async presence(@ConnectedSocket() session: Session, @MessageBody(FramePipe) frame: PresenceDto): Promise<void> {
    await this.presenter.present(session, frame);
  }

  @SubscribeMessage('ping')
  ping(@ConnectedSocket() session: Session, @MessageBody(FramePipe) { id }: PingDto): void {
    session.reply({ type: 'pong', ...(id !== undefined && { id }), time: new Date().toISOString() });
  }
}
