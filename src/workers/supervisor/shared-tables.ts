import { Injectable } from '@nestjs/common';
import { DatabaseUnavailable } from '../../surreal/connection/database-unavailable.js';
import { Database } from '../../surreal/database.js';
import type { WorkerLink } from '../link/vocabularies.js';

interface Following {
  readonly workers: Set<WorkerLink>;
  readonly begun: Promise<void>;
}

/** Tables that workers follow: each is followed once, from the first worker to the last. */
@Injectable()
export class SharedTables {
  private readonly byName = new Map<string, Following>();

  constructor(private readonly database: Database) {}

  /** @param onChanged is called before an answer that a worker can't understand without what has changed meanwhile */
  add(link: WorkerLink, onChanged: () => void): void {
    const answer = async <T>(asked: Promise<T>): Promise<T | null> => {
      const result = await asked;
      onChanged();
      return result ?? null;
    };
    const { tables } = this.database;
    link.handle({
      notices: { unfollow: (name) => this.unfollow(name, link) },
      questions: {
        find: (name) => answer(tables.find(name).then((table) => table ?? null)),
        prepare: ({ name, define }) => answer(tables.prepare(name, define).then((table) => table ?? null)),
        follow: (name) => answer(this.follow(name, link).then(() => null)),
      },
    });
    void link.end.then(() => this.forget(link));
  }

  /** Each followed table, and whether durably. */
  durabilities(): readonly (readonly [string, boolean])[] {
    return Array.from(this.byName.keys(), (name) => [name, this.database.followsDurably(name)]);
  }

  /** It isn't followed any more, whoever followed it. */
  removed(name: string): void {
    this.byName.delete(name);
  }

  private async follow(name: string, link: WorkerLink): Promise<void> {
    const following = this.byName.get(name) ?? this.begin(name);
    following.workers.add(link);
    try {
      await following.begun;
    } catch (error) {
      following.workers.delete(link);
      throw error;
    }
  }

  private begin(name: string): Following {
    const table = this.database.tables.known(name);
    const begun = table
      ? this.database.follow(table)
      : Promise.reject(new DatabaseUnavailable(`table ${name} was removed`));
    const following: Following = { workers: new Set(), begun };
    this.byName.set(name, following);
    begun.catch(() => {
      if (this.byName.get(name) === following) this.byName.delete(name);
    });
    return following;
  }

  private unfollow(name: string, link: WorkerLink): void {
    const following = this.byName.get(name);
    if (!following?.workers.delete(link) || following.workers.size > 0) return;
    this.byName.delete(name);
    this.database.unfollow(name);
  }

  private forget(link: WorkerLink): void {
    for (const name of [...this.byName.keys()]) this.unfollow(name, link);
  }
}
