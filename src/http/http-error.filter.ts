import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { refusalOf, type HttpRefusal } from './http-refusal.js';

const FAULT: HttpRefusal = { status: 500, code: 'INTERNAL', message: 'Something went wrong here.' };

/** Answers every error as `{"error":{"code":…,"message":…}}`. Only our own faults are logged. */
@Catch()
export class HttpErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(HttpErrorFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const refusal = refusalOf(error);
    if (!refusal) this.logger.error(error instanceof Error ? error.stack : error);
    const response = host.switchToHttp().getResponse<Response>();
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { status, code, message } = refusal ?? FAULT;
    response.status(status).json({ error: { code, message } });
  }
}
