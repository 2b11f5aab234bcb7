import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { ExpressAdapter } from '@nestjs/platform-express';
import { Config } from '../config/config.js';

/** Bounds JSON bodies like frames. Made before Nest adds its own parser, which then leaves JSON alone. */
@Injectable()
export class JsonBody {
  constructor(host: HttpAdapterHost<ExpressAdapter>, config: Config) {
    host.httpAdapter.useBodyParser('json', false, { limit: config.limitFrameBytes });
  }
}
