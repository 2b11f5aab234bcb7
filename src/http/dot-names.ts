import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { ExpressAdapter } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { withDotName } from './with-dot-name.js';

/** Lets channels, tables and principals be called `.` and `..` in addresses, whatever walked them on the way. */
@Injectable()
export class DotNames {
  constructor(host: HttpAdapterHost<ExpressAdapter>) {
    host.httpAdapter.use((request: Request, _: Response, next: NextFunction) => {
      request.url = withDotName(request.url);
      next();
    });
  }
}
