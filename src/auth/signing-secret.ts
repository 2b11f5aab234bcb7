import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ConfigError } from '../config/load-config.js';
import { Config } from '../config/config.js';

/** The secret that tokens are signed with, by applications and in development by the service itself. */
@Injectable()
export class SigningSecret {
  /** Absent: only public keys are configured. */
  readonly key: KeyObject | undefined;
  /** No key at all was configured, outside production: tokens signed with it are worth nothing after this run. */
  readonly madeForRun: boolean;

  /** @throws ConfigError in production without any key */
  constructor(config: Config) {
    this.madeForRun = [config.jwtSecret, config.jwtPublicKey, config.jwtJwksUrl].every((source) => source === '');
    if (this.madeForRun && config.production) {
      throw new ConfigError(
        'Production needs a key to check tokens with: set JWT_SECRET, JWT_PUBLIC_KEY or JWT_JWKS_URL.',
      );
    }
    if (this.madeForRun) this.key = createSecretKey(randomBytes(32));
    else if (config.jwtSecret !== '') this.key = createSecretKey(Buffer.from(config.jwtSecret));
  }
}
