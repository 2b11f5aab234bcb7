import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { PageController } from './page.controller.js';
import { PageFiles } from './page-files.js';
import { RowWriter } from './row-writer.js';

/** The page at `/`. */
@Module({
  imports: [AuthModule],
  controllers: [PageController],
  providers: [PageFiles, RowWriter],
})
export class PageModule {}
