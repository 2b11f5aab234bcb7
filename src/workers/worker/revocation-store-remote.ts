import { Injectable } from '@nestjs/common';
import { parseRevocation, revocationText, type Revocation } from '../../auth/tokens/revocation.js';
import { RevocationStore } from '../../control/revocation-store.js';
import { Supervisor } from './supervisor.js';

/** Revocations that all workers share. */
@Injectable()
export class RemoteRevocationStore extends RevocationStore {
  constructor(private readonly supervisor: Supervisor) {
    super();
  }

  async keep(revocation: Revocation): Promise<void> {
    await this.supervisor.link.ask('keepRevocation', [revocationText(revocation), revocation.until ?? null]);
  }

  async all(): Promise<readonly Revocation[]> {
    const kept = await this.supervisor.link.ask('revocations', null);
    return kept.flatMap(([text, until]) => parseRevocation(text, until ?? Infinity) ?? []);
  }
}
