import { Injectable, NotFoundException, type CanActivate } from '@nestjs/common';
import { Config } from '../config/config.js';

/** In production, what is for trying out isn't there. */
@Injectable()
export class DevelopmentGuard implements CanActivate {
  constructor(private readonly config: Config) {}

  canActivate(): boolean {
    if (this.config.production) throw new NotFoundException();
    return true;
  }
}
