import { Injectable } from '@nestjs/common';

/** Whether Redis answers, for those who only have to know. Set by `RedisLink`. */
@Injectable()
export class RedisState {
  private current: { status: 'unused' | 'up' | 'down'; reason?: string } = { status: 'unused' };

  /** `unused`: the service is configured to work without Redis. */
  get status(): 'unused' | 'up' | 'down' {
    return this.current.status;
  }

  /** Why it doesn't answer; holds no secrets and no addresses. */
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
