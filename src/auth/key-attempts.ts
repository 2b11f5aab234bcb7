import {
  HttpException,
  HttpStatus,
  Injectable,
  Logger,
  UnauthorizedException,
  type OnModuleInit,
} from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { Config } from '../config/config.js';
import { LimitedLog } from '../errors/limited-log.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { addressBlock } from './addresses/address-block.js';
import { WrongKeys } from './addresses/wrong-keys.js';

/** The fewest that nobody finds out by trying. */
const KEY_BYTES = 32;

/** What a key opens. */
export type KeyUse = 'API' | 'metrics';

/** Counts the wrong keys that requests bring, and slows whoever brings many. */
@Injectable()
export class KeyAttempts implements OnModuleInit {
  private readonly logger = new Logger(KeyAttempts.name);
  private readonly log = new LimitedLog(KeyAttempts.name);
  private readonly wrong: WrongKeys;

  constructor(
    private readonly config: Config,
    private readonly metrics: MetricsService,
    private readonly audit: AuditLog,
  ) {
    this.wrong = new WrongKeys(config.limitWrongKeys);
  }

  onModuleInit(): void {
    const { production, apiKey, metricsKey } = this.config;
    if (!production) return;
    for (const [name, key] of Object.entries({ API_KEY: apiKey, METRICS_KEY: metricsKey })) {
      const bytes = Buffer.byteLength(key);
      if (bytes === 0 || bytes >= KEY_BYTES) continue;
      this.logger.warn(
        `${name} has ${bytes} bytes: a short key can be found out by trying. Use ${KEY_BYTES} random bytes.`,
      );
    }
  }

  /**
   * Has a key checked, if its sender may still try one.
   *
   * @param check throws UnauthorizedException for a wrong one
   * @throws HttpException 429, and what `check` throws
   */
  async attempt<T>(use: KeyUse, address: string, check: () => T | Promise<T>): Promise<T> {
    if (!this.wrong.begin(address)) {
      this.metrics.keyFailures.inc('unchecked');
      throw new HttpException(
        'Too many wrong keys from this address: try again in a second.',
        HttpStatus.TOO_MANY_REQUESTS,
      );
    }
    try {
      const result = await check();
      this.wrong.right(address);
      return result;
    } catch (error) {
      if (error instanceof UnauthorizedException) this.refused(use, address);
      else this.wrong.takeBack(address);
      throw error;
    }
  }

  private refused(use: KeyUse, address: string): void {
    this.metrics.keyFailures.inc('wrong');
    const block = addressBlock(address);
    this.audit.record({ event: 'key_refused', address: block, use });
    // As JSON: with TRUST_PROXY it is text that came in a header.
    this.log.warn(`A wrong key or token for the ${use} came from ${JSON.stringify(block)}.`);
  }
}
