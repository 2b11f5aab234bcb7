import { Module } from '@nestjs/common';
import { DatabaseProcess } from './database-process.js';
import { DatabaseState } from './database-state.js';
import { Database } from './database.js';

@Module({
  providers: [Database, DatabaseProcess, DatabaseState],
  exports: [Database, DatabaseProcess, DatabaseState],
})
export class SurrealModule {}
