import {
  HttpException,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { json, type Request, type Response } from 'express';
import { Config } from '../config/config.js';

/**
 * Reads the JSON body of a request that its guards let in: what a stranger sends is neither waited for nor kept. Bounded like
 * frames. Nothing but JSON is read: a form could be sent from any page, and its values are texts.
 */
@Injectable()
export class JsonBody implements NestInterceptor {
  private readonly reader: ReturnType<typeof json>;

  constructor({ limitFrameBytes }: Config) {
    this.reader = json({ limit: limitFrameBytes });
  }

  /** @throws HttpException 400 and its like, with the reader's error as the cause */
  async intercept(context: ExecutionContext, next: CallHandler): Promise<ReturnType<CallHandler['handle']>> {
    const http = context.switchToHttp();
    await this.read(http.getRequest<Request>(), http.getResponse<Response>());
    return next.handle();
  }

  private read(request: Request, response: Response): Promise<void> {
    return new Promise((resolve, reject) => {
      this.reader(request, response, (error?: unknown) => {
        if (error === undefined) resolve();
        else reject(refused(error));
      });
    });
  }
}

function refused(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('The body could not be read.', { cause: error });
  const status = 'status' in error && typeof error.status === 'number' ? error.status : undefined;
  return status === undefined ? error : new HttpException(error.message, status, { cause: error });
}
