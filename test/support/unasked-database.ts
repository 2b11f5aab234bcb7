import { Global, Module } from '@nestjs/common';
import { DatabaseProcess } from '../../src/surreal/connection/database-process.js';
import { DatabaseState } from '../../src/surreal/connection/database-state.js';
import { Questions } from '../../src/surreal/connection/questions.js';
import { SignIns } from '../../src/surreal/sign-in/sign-ins.js';

const PARTS = [DatabaseProcess, DatabaseState, Questions, SignIns];

/** Of the way to the database what parts of the service ask now and then: nothing is connected before they do. */
@Global()
@Module({ providers: PARTS, exports: PARTS })
export class UnaskedDatabase {}
