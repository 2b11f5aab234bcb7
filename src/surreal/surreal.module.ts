import { Module } from '@nestjs/common';
import { DatabaseProcess } from './connection/database-process.js';
import { DatabaseState } from './connection/database-state.js';
import { Questions } from './connection/questions.js';
import { Database } from './database.js';
import { SignIns } from './sign-in/sign-ins.js';

@Module({
  providers: [Database, DatabaseProcess, DatabaseState, Questions, SignIns],
  exports: [Database, DatabaseProcess, DatabaseState, Questions, SignIns],
})
export class SurrealModule {}
