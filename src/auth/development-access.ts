import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { isLocal, type Arrival } from './locality.js';

/** Who needs no token: in development whoever asks from this very machine, in production nobody. */
@Injectable()
export class DevelopmentAccess {
  constructor(private readonly config: Config) {}

  includes(arrival: Arrival): boolean {
    const { production, developmentAccess } = this.config;
    return !production && (developmentAccess === 'anyone' || isLocal(arrival));
  }
}
