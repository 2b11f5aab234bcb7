import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { Injectable, Logger, Optional } from '@nestjs/common';
import { ConfigError } from '../../config/load-config.js';
import { Config } from '../../config/config.js';
import { RunSecret } from './run-secret.js';

/** The least that RFC 7518, 3.2 allows for HS256. */
const SECRET_BYTES = 32;

/** The secret that tokens are signed with, by applications and in development by the service itself. */
@Injectable()
export class SigningSecret {
  /** Absent: only public keys are configured. */
  readonly key: KeyObject | undefined;
  /** No key at all was configured, outside production: tokens signed with it are worth nothing after this run. */
  readonly madeForRun: boolean;

  /** @throws ConfigError in production without any key, where nobody else verifies tokens either, or with a short secret */
  constructor(config: Config, @Optional() run?: RunSecret) {
    const keyless = [config.jwtSecret, config.jwtPublicKey, config.jwtJwksUrl].every((source) => source === '');
    this.madeForRun = keyless && !config.production;
    if (keyless && config.production && config.surrealUrl === '') {
      throw new ConfigError(
        'Production needs a key to check tokens with: set JWT_SECRET, JWT_PUBLIC_KEY or JWT_JWKS_URL, or SURREAL_URL to the database that verifies its own tokens.',
      );
    }
    if (this.madeForRun) this.key = createSecretKey(run?.bytes ?? randomBytes(SECRET_BYTES));
    else if (config.jwtSecret !== '') this.key = configured(config);
  }
}

/** @throws ConfigError for a short one in production */
function configured({ jwtSecret, production }: Config): KeyObject {
  const bytes = Buffer.from(jwtSecret);
  if (bytes.length < SECRET_BYTES) {
    const fault = `JWT_SECRET has ${bytes.length} bytes: a short secret can be found out from any token. Use ${SECRET_BYTES} random bytes.`;
    if (production) throw new ConfigError(fault);
    new Logger(SigningSecret.name).warn(fault);
  }
  return createSecretKey(bytes);
}
