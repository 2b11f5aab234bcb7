import { Module } from '@nestjs/common';
import { DatabaseProcess } from './connection/database-process.js';
import { DatabaseState } from './connection/database-state.js';
import { Database } from './database.js';

@Module({
  providers: [Database, DatabaseProcess, DatabaseState],
  exports: [Database, DatabaseProcess, DatabaseState],
})
export class SurrealModule {}
