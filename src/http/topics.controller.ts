import { Controller, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { ApiKeyGuard } from '../auth/api-key.guard.js';
import { LiveQueryService } from '../subscriptions/live-query.service.js';

/** Topics, for operators. */
@Controller('api/v1/topics/:topic')
@UseGuards(ApiKeyGuard)
export class TopicsController {
  constructor(private readonly liveQueries: LiveQueryService) {}

  /** Tells every subscriber of the topic to read it again: after an import, which leaves no trace in the database. */
  @Post('resync')
  @HttpCode(202)
  async resync(@Param('topic') topic: string): Promise<void> {
    await this.liveQueries.resync(topic);
  }
}
