import { Injectable } from '@nestjs/common';
import type { WorkerLink } from '../link/vocabularies.js';

/** How many connections each worker has: of all together there is a limit. */
@Injectable()
export class ConnectionCounts {
  private readonly counts = new Map<WorkerLink, number>();

  add(link: WorkerLink): void {
    this.counts.set(link, 0);
    void link.end.then(() => {
      this.counts.delete(link);
      this.tell();
    });
    link.handle({
      questions: {},
      notices: {
        connections: (count) => {
          this.counts.set(link, count);
          this.tell();
        },
      },
    });
    link.notify('elsewhere', this.sum());
  }

  private tell(): void {
    const all = this.sum();
    for (const [link, count] of this.counts) link.notify('elsewhere', all - count);
  }

  private sum(): number {
    let sum = 0;
    for (const count of this.counts.values()) sum += count;
    return sum;
  }
}
