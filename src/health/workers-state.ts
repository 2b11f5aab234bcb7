import { Injectable } from '@nestjs/common';

/** How many processes serve clients, where there are several. */
@Injectable()
export class WorkersState {
  private serving = 0;
  private size = 0;

  /** How many serve, of how many; `undefined` before that is known. */
  get now(): { readonly serving: number; readonly of: number } | undefined {
    return this.size > 0 ? { serving: this.serving, of: this.size } : undefined;
  }

  are(serving: number, size: number): void {
    this.serving = serving;
    this.size = size;
  }
}
