import { Injectable } from '@nestjs/common';
import { parseRevocation, revocationText } from '../../auth/tokens/revocation.js';
import { Revocations } from '../../auth/tokens/revocations.js';
import { Config } from '../../config/config.js';
import { tooManyRevocations } from '../../control/revocation-store.js';
import type { WorkerLink } from '../link/vocabularies.js';

/** Revocations of all workers, for those that are started later. */
@Injectable()
export class RevocationRelay {
  constructor(
    private readonly config: Config,
    private readonly revocations: Revocations,
  ) {}

  add(link: WorkerLink): void {
    link.handle({
      notices: {},
      questions: {
        keepRevocation: ([text, until]) => this.keep(text, until),
        revocations: () =>
          Array.from(this.revocations, (revocation) => [revocationText(revocation), revocation.until ?? null] as const),
      },
    });
  }

  /** @throws CommandError LIMIT_EXCEEDED */
  private keep(text: string, until: number | null): null {
    const { limitRevocations } = this.config;
    if (!this.revocations.hasRoom(limitRevocations)) throw tooManyRevocations(limitRevocations);
    const revocation = parseRevocation(text, until ?? Infinity);
    if (revocation) this.revocations.add(revocation);
    return null;
  }
}
