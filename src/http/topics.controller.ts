import { Controller, HttpCode, Param, Post, Req, UseGuards } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { ApiKeyGuard, type ServiceRequest } from '../auth/api-key.guard.js';
import { ControlService } from '../control/control.service.js';

/** Topics, for operators. */
@Controller('api/v1/topics/:topic')
@UseGuards(ApiKeyGuard)
export class TopicsController {
  constructor(
    private readonly control: ControlService,
    private readonly audit: AuditLog,
  ) {}

  /** Tells every subscriber of the topic to read it again: after an import, which leaves no trace in the database. */
  @Post('resync')
  @HttpCode(202)
  async resync(@Req() { caller }: ServiceRequest, @Param('topic') topic: string): Promise<void> {
    await this.control.resync(topic);
    this.audit.record({ event: 'resync_requested', by: caller.principal?.id ?? '', topic });
  }
}
