import { Controller, HttpCode, HttpStatus, Param, Post, Req, UseGuards } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { ApiKeyGuard, type ServiceRequest } from '../auth/api-key.guard.js';
import { principalIdOf } from '../auth/tokens/principal.js';
import { PresenceService } from '../channels/presence/presence.service.js';
import { SessionRegistry } from '../session/session-registry.js';

@Controller('api/v1/principals/:id')
@UseGuards(ApiKeyGuard)
export class PrincipalsController {
  constructor(
    private readonly registry: SessionRegistry,
    private readonly presence: PresenceService,
    private readonly audit: AuditLog,
  ) {}

  /** Closes every connection of the principal on this instance with 4403, which its clients don't retry. */
  @Post('disconnect')
  @HttpCode(HttpStatus.OK)
  disconnect(@Req() { caller }: ServiceRequest, @Param('id') id: string): { disconnected: number } {
    const principal = principalIdOf(id);
    const connections = this.registry.disconnectPrincipal(principal);
    this.presence.forget(principal);
    this.audit.record({ event: 'principal_disconnected', by: caller.principal?.id ?? '', principal, connections });
    return { disconnected: connections };
  }
}
