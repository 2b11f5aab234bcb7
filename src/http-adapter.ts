import { createServer } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';
import express from 'express';
import type { Config } from './config/config.js';

/** Milliseconds between two looks at whose time is over. */
const LOOK_MS = 1_000;

/** Express behind a server that compares paths exactly, and whose clients have so long to ask and to take the answer. */
export class HttpAdapter extends ExpressAdapter {
  constructor(private readonly config: Readonly<Config>) {
    const app = express();
    // Or a proxy that keeps `/metrics` from the public would let `/METRICS` and `/metrics/` through. Before Nest has it: the
    // router looks at these once, when it is first used.
    app.enable('case sensitive routing');
    app.enable('strict routing');
    super(app);
  }

  override initHttpServer(): void {
    const { httpHeadersTimeoutMs, httpRequestTimeoutMs, httpKeepAliveMs } = this.config;
    const server = createServer({
      headersTimeout: httpHeadersTimeoutMs,
      // Node takes none that is shorter than that for the headers.
      requestTimeout: Math.max(httpHeadersTimeoutMs, httpRequestTimeoutMs),
      keepAliveTimeout: httpKeepAliveMs,
      connectionsCheckingInterval: LOOK_MS,
    });
    // For each request, not each socket: a WebSocket may be silent for as long as its heartbeat lets it.
    server.on('request', ({ socket }) => socket.setTimeout(httpRequestTimeoutMs));
    // Express is a listener of requests, which Nest's type for it doesn't say.
    server.on('request', this.getInstance<ReturnType<typeof express>>());
    this.httpServer = server;
  }
}
