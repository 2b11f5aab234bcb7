import { Global, Module } from '@nestjs/common';
import { AuditLog } from './audit-log.js';

/** What happened, for whoever answers for it. */
@Global()
@Module({ providers: [AuditLog], exports: [AuditLog] })
export class AuditModule {}
