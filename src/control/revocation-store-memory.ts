import type { Revocation } from '../auth/tokens/revocation.js';
import { RevocationStore } from './revocation-store.js';

/** One instance: what it knows itself is all that there is, until it ends. */
export class MemoryRevocationStore extends RevocationStore {
  async keep(): Promise<void> {
    return;
  }

  async all(): Promise<readonly Revocation[]> {
    return [];
  }
}
