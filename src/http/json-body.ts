import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { ExpressAdapter } from '@nestjs/platform-express';
import { Config } from '../config/config.js';

/** Bounds JSON bodies like frames. Nothing else is read: a form could be sent from any page, and its values are texts. */
@Injectable()
export class JsonBody {
  constructor(host: HttpAdapterHost<ExpressAdapter>, config: Config) {
    host.httpAdapter.useBodyParser('json', false, { limit: config.limitFrameBytes });
  }
}
