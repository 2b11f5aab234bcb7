import { Module, type Type } from '@nestjs/common';
import type { TokenVerifier } from './tokens/token-verifier.js';

/** What of authentication can be chosen. */
export class AuthOptions {
  /** Tells whom a token speaks for, in place of the one that knows JSON Web Tokens, or beside it. Nest makes it. */
  readonly verifier?: Type<TokenVerifier>;
}

/** Tells `AuthModule` what was chosen, whoever imports it. */
@Module({})
export class AuthOptionsModule {}
