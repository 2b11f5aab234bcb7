import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { SurrealModule } from '../surreal/surreal.module.js';
import { PageAccess } from './page-access.js';
import { PageController } from './page.controller.js';
import { PageFiles } from './page-files.js';

/** The page at `/`. */
@Module({
  imports: [AuthModule, SurrealModule],
  controllers: [PageController],
  providers: [PageAccess, PageFiles],
})
export class PageModule {}
