import { Module, type Type } from '@nestjs/common';
import type { Broker } from './broker.js';

/** What of channels can be chosen. */
export class ChannelsOptions {
  /** Carries the messages of channels, in place of the one that BROKER names. Nest makes it. */
  readonly broker?: Type<Broker>;
}

/** Tells `ChannelsModule` what was chosen, whoever imports it. */
@Module({})
export class ChannelsOptionsModule {}
