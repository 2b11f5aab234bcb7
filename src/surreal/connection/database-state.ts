import { Injectable } from '@nestjs/common';

/** Whether the database answers, for those who only have to know. Set by `Database`. */
@Injectable()
export class DatabaseState {
  private current: { status: 'starting' | 'up' | 'down'; reason?: string } = { status: 'starting' };

  get status(): 'starting' | 'up' | 'down' {
    return this.current.status;
  }

  /** Why it doesn't answer; holds no secrets. */
  get reason(): string | undefined {
    return this.current.reason;
  }

  up(): void {
    this.current = { status: 'up' };
  }

  down(reason: string): void {
    this.current = { status: 'down', reason };
  }
}
