import { Controller, HttpCode, HttpStatus, Param, Post, Req, UseGuards } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { ApiKeyGuard, type ServiceRequest } from '../auth/api-key.guard.js';
import { principalIdOf } from '../auth/tokens/principal.js';
import { ControlService } from '../control/control.service.js';

@Controller('api/v1/principals/:id')
@UseGuards(ApiKeyGuard)
export class PrincipalsController {
  constructor(
    private readonly control: ControlService,
    private readonly audit: AuditLog,
  ) {}

  /** Closes every connection of the principal with 4403, which its clients don't retry. Answers how many were on this instance. */
  @Post('disconnect')
  @HttpCode(HttpStatus.OK)
  async disconnect(@Req() { caller }: ServiceRequest, @Param('id') id: string): Promise<{ disconnected: number }> {
    const principal = principalIdOf(id);
    const connections = await this.control.disconnect(principal);
    this.audit.record({ event: 'principal_disconnected', by: caller.principal?.id ?? '', principal, connections });
    return { disconnected: connections };
  }
}
