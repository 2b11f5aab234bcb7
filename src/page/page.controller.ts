import type { IncomingMessage } from 'node:http';
import { Controller, Get, Header, Param, Req, Res, UseGuards, type StreamableFile } from '@nestjs/common';
import type { Response } from 'express';
import { contentSecurityPolicy } from './content-security-policy.js';
import { DevelopmentGuard } from './development.guard.js';
import { PageAccess } from './page-access.js';
import { PageFiles } from './page-files.js';
import type { PageSettings } from './page-settings.js';

/** A page on which the service can be tried, outside production. */
@Controller()
@UseGuards(DevelopmentGuard)
export class PageController {
  constructor(
    private readonly files: PageFiles,
    private readonly access: PageAccess,
  ) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @Header('Referrer-Policy', 'no-referrer')
  @Header('X-Content-Type-Options', 'nosniff')
  page(@Res({ passthrough: true }) response: Response): Promise<StreamableFile> {
    response.setHeader('Content-Security-Policy', contentSecurityPolicy(this.access.databaseUrl));
    return this.files.page();
  }

  @Get('page.json')
  @Header('Cache-Control', 'no-store')
  @Header('Cross-Origin-Resource-Policy', 'same-origin')
  settings(@Req() request: IncomingMessage): PageSettings {
    return this.access.settingsFor(request);
  }

  @Get('page/:file')
  @Header('Cache-Control', 'no-cache')
  file(@Param('file') name: string): Promise<StreamableFile> {
    return this.files.file(name);
  }

  @Get('client.js')
  @Header('Cache-Control', 'no-cache')
  client(): Promise<StreamableFile> {
    return this.files.client();
  }

  @Get('surrealdb.js')
  @Header('Cache-Control', 'no-cache')
  sdk(): Promise<StreamableFile> {
    return this.files.sdk();
  }
}
