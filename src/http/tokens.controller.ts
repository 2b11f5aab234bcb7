import { Body, Controller, HttpCode, HttpStatus, Post, Req, UseGuards, UseInterceptors } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { ApiKeyGuard, type ServiceRequest } from '../auth/api-key.guard.js';
import type { Revocation } from '../auth/tokens/revocation.js';
import { ControlService } from '../control/control.service.js';
import { JsonBody } from './json-body.js';
import { RevocationPipe } from './revocation.pipe.js';

@Controller('api/v1/tokens')
@UseGuards(ApiKeyGuard)
export class TokensController {
  constructor(
    private readonly control: ControlService,
    private readonly audit: AuditLog,
  ) {}

  /** Has tokens count no more before they expire, and closes the connections that came with them with 4403. */
  @Post('revoke')
  @UseInterceptors(JsonBody)
  @HttpCode(HttpStatus.OK)
  async revoke(
    @Req() { caller }: ServiceRequest,
    @Body(RevocationPipe) revocation: Revocation,
  ): Promise<{ disconnected: number }> {
    const connections = await this.control.revoke(revocation);
    const whose = 'jti' in revocation ? { jti: revocation.jti } : { principal: revocation.principal };
    this.audit.record({ event: 'tokens_revoked', by: caller.principal?.id ?? '', ...whose, connections });
    return { disconnected: connections };
  }
}
