import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  Param,
  Post,
  UseGuards,
  UseInterceptors,
  type StreamableFile,
} from '@nestjs/common';
import { SigningSecret } from '../auth/tokens/signing-secret.js';
import { TokenIssuer } from '../auth/tokens/token-issuer.js';
import { JsonBody } from '../http/json-body.js';
import { CONTENT_SECURITY_POLICY } from './content-security-policy.js';
import { PageFiles } from './page-files.js';
import type { PageSettings } from './page-settings.js';
import { PageGuard } from './page.guard.js';
import type { RowWrite } from './row-write.js';
import { RowWriter } from './row-writer.js';
import { WritesPipe } from './writes.pipe.js';

/** A page on which the service can be tried, outside production. */
@Controller()
@UseGuards(PageGuard)
export class PageController {
  constructor(
    private readonly files: PageFiles,
    private readonly rows: RowWriter,
    private readonly secret: SigningSecret,
    private readonly tokens: TokenIssuer,
  ) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @Header('Referrer-Policy', 'no-referrer')
  @Header('X-Content-Type-Options', 'nosniff')
  @Header('Content-Security-Policy', CONTENT_SECURITY_POLICY)
  page(): Promise<StreamableFile> {
    return this.files.page();
  }

  @Get('page.json')
  @Header('Cache-Control', 'no-store')
  @Header('Cross-Origin-Resource-Policy', 'same-origin')
  settings(): PageSettings {
    return {
      ...(this.secret.madeForRun && { token: this.tokens.issue({ principal: 'user-1', expiresIn: '1h' }) }),
      writing: this.rows.target,
    };
  }

  /** A page of another site could send it as a form only, which isn't read: JSON makes browsers ask first. */
  @Post('page/rows')
  @UseInterceptors(JsonBody)
  @HttpCode(204)
  write(@Body(WritesPipe) writes: readonly RowWrite[]): Promise<void> {
    return this.rows.write(writes);
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
}
