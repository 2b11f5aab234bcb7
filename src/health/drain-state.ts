import { Injectable } from '@nestjs/common';

/** Whether the service is on its way out: it takes no new connections, and load balancers should send none. */
@Injectable()
export class DrainState {
  private begun = false;

  get draining(): boolean {
    return this.begun;
  }

  /** There is no way back. */
  begin(): void {
    this.begun = true;
  }
}
