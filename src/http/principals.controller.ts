import { Controller, HttpCode, HttpStatus, Param, Post, UseGuards } from '@nestjs/common';
import { ApiKeyGuard } from '../auth/api-key.guard.js';
import { principalIdOf } from '../auth/principal.js';
import { ConnectionRegistry } from '../realtime/connection-registry.js';

@Controller('api/v1/principals/:id')
@UseGuards(ApiKeyGuard)
export class PrincipalsController {
  constructor(private readonly registry: ConnectionRegistry) {}

  /** Closes every connection of the principal on this instance with 4403, which its clients don't retry. */
  @Post('disconnect')
  @HttpCode(HttpStatus.OK)
  disconnect(@Param('id') id: string): { disconnected: number } {
    return { disconnected: this.registry.disconnectPrincipal(principalIdOf(id)) };
  }
}
