import {
  Body,
  Controller,
  ForbiddenException,
  Get,
  Header,
  HttpCode,
  HttpStatus,
  Param,
  Post,
  Query,
  Req,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { ApiKeyGuard, type ServiceRequest } from '../auth/api-key.guard.js';
import { PolicyService } from '../auth/policy/policy.service.js';
import { SERVICE_CALLER } from '../auth/tokens/principal.js';
import { ChannelsService } from '../channels/channels.service.js';
import { PresenceService } from '../channels/presence/presence.service.js';
import { ChannelNamePipe } from './channel-name.pipe.js';
import { historyJson } from './history-json.js';
import { JsonBody } from './json-body.js';
import { LimitPipe } from './limit.pipe.js';
import { presenceJson } from './presence-json.js';
import { PublishBodyPipe, type PublishBody } from './publish-body.pipe.js';

@Controller('api/v1/channels/:channel')
@UseGuards(ApiKeyGuard)
export class ChannelsController {
  constructor(
    private readonly channels: ChannelsService,
    private readonly presence: PresenceService,
    private readonly policy: PolicyService,
  ) {}

  @Post('messages')
  @UseInterceptors(JsonBody)
  @HttpCode(HttpStatus.ACCEPTED)
  async publish(
    @Req() { caller }: ServiceRequest,
    @Param('channel', ChannelNamePipe) channel: string,
    @Body(PublishBodyPipe) body: PublishBody,
  ): Promise<{ cursor: string }> {
    if (!this.policy.mayUseChannel(caller, channel, 'publish')) {
      throw new ForbiddenException('The policy does not let you publish on this channel.');
    }
    // The holder of the API key is no principal: a `from` would let a principal of that name pass for it.
    const from = caller === SERVICE_CALLER ? undefined : caller.principal?.id;
    const history = this.policy.channelHistory(channel);
    return { cursor: await this.channels.publish({ channel, ...body, from, history }) };
  }

  /** The newest messages that are kept, oldest first. */
  @Get('history')
  @Header('content-type', 'application/json; charset=utf-8')
  async history(
    @Req() { caller }: ServiceRequest,
    @Param('channel', ChannelNamePipe) channel: string,
    @Query('limit', LimitPipe) limit: number,
  ): Promise<string> {
    if (!this.policy.mayUseChannel(caller, channel, 'subscribe')) {
      throw new ForbiddenException('The policy does not let you subscribe to this channel, nor read its history.');
    }
    return historyJson(await this.channels.history(channel, limit));
  }

  /** Who is present, the first who came, and how many in all. */
  @Get('presence')
  @Header('content-type', 'application/json; charset=utf-8')
  async members(
    @Req() { caller }: ServiceRequest,
    @Param('channel', ChannelNamePipe) channel: string,
    @Query('limit', LimitPipe) limit: number,
  ): Promise<string> {
    if (!this.policy.mayUseChannel(caller, channel, 'presence')) {
      throw new ForbiddenException('The policy does not let you see who is on this channel.');
    }
    return presenceJson(await this.presence.attendance(channel, limit));
  }
}
