import { startSurreal, type SurrealOptions, type SurrealProcess } from '@edge-hive/surreal-server';
import { Injectable, Logger } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { ConfigError } from '../../config/load-config.js';
import type { SurrealEndpoint } from './surreal-endpoint.js';

/** @throws ConfigError: what keeps a database from starting is what it was told. */
async function startDatabase(options: SurrealOptions): Promise<SurrealProcess> {
  return startSurreal(options).catch((error: unknown) => {
    const { bin, data, port } = options;
    const variables = Object.entries({ SURREAL_BIN: bin, SURREAL_DATA: data, SURREAL_PORT: port });
    const delivered = variables
      .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
      .join(', ');
    throw new ConfigError(`The database can't be started with ${delivered}: ${(error as Error).message}`);
  });
}

/** The database that the service runs itself, when it isn't told of one. */
@Injectable()
export class DatabaseProcess {
  private readonly logger = new Logger('Surreal process');
  private process: SurrealProcess | undefined;

  constructor(private readonly config: Config) {}

  /** Whether the database is the service's own. */
  get own(): boolean {
    return this.config.surrealUrl === '';
  }

  /** Whether it is the embedded engine, run by the service. */
  get embedded(): boolean {
    return this.own && this.config.surrealBin === '';
  }

  /**
   * Whether live queries may be left behind: those of an embedded engine that was killed stay in its folder, slow every
   * write from then on, and can't be killed by another engine.
   */
  get keepsLiveQueries(): boolean {
    return this.embedded && this.config.surrealData !== '';
  }

  get endpoint(): SurrealEndpoint {
    const { surrealUrl, surrealNamespace, surrealDatabase } = this.config;
    return {
      url: this.process?.url ?? surrealUrl,
      namespace: surrealNamespace,
      database: surrealDatabase,
      username: this.username,
      password: this.password,
    };
  }

  /** @throws Error naming SURREAL_PORT, SURREAL_DATA or SURREAL_BIN when it can't be started. */
  async start(): Promise<void> {
    if (!this.own) return;
    const { surrealBin, surrealData, surrealPort } = this.config;
    this.process = await startDatabase({
      ...(surrealBin && { bin: surrealBin }),
      ...(surrealData && { data: surrealData }),
      port: surrealPort,
      username: this.username,
      password: this.password,
      // A server tells of all it does; the embedded engine only of what goes wrong.
      onLog: (line) => (surrealBin ? this.logger.debug(line) : this.logger.warn(line)),
      onExit: ({ code, signal }) => this.logger.warn(`The database ended (${signal ?? code}); it is started again`),
    });
    this.logger.log(`SurrealDB (${this.process.kind}) at ${this.process.url}, process ${this.process.pid}`);
  }

  async stop(): Promise<void> {
    await this.process?.stop();
  }

  private get username(): string {
    return this.config.surrealUsername || (this.own ? 'root' : '');
  }

  private get password(): string {
    return this.config.surrealPassword || (this.own ? 'root' : '');
  }
}
