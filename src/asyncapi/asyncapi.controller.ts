import { REALTIME_PATH } from '@edge-hive/protocol';
import { Controller, Get, Header, Req } from '@nestjs/common';
import type { Request } from 'express';
import { Config } from '../config/config.js';
import { asyncApiDocument } from './asyncapi-document.js';

/** Describes the WebSocket endpoint to machines. Open to everyone: it holds nothing that the documentation doesn't. */
@Controller(REALTIME_PATH)
export class AsyncApiController {
  constructor(private readonly config: Config) {}

  /** The address in it is the one that was asked, so that the description fits behind a proxy too. */
  @Get('asyncapi.json')
  @Header('cache-control', 'no-cache')
  @Header('vary', 'Host, X-Forwarded-Host, X-Forwarded-Proto')
  document(@Req() request: Request): ReturnType<typeof asyncApiDocument> {
    // A request without a Host is HTTP/1.0, and its type doesn't say so.
    const host = (request.host as string | undefined) ?? `localhost:${this.config.port}`;
    return asyncApiDocument({ host, secure: request.secure });
  }
}
