import { Deque } from './deque.js';

/** Milliseconds that one turn may take: what a bystander waits for, however much there is to do for however many. */
const TURN_MS = 3;

/** One turn of the event loop. It ends by the clock, so that one that goes on later, behind a wait, has no more than it was given. */
export interface Turn {
  readonly over: boolean;
}

/** Hands out turns of the event loop, one at a time in order, so that much work for many leaves others theirs in between. */
export class TurnQueue {
  private readonly waiting = new Deque<(turn: Turn) => void>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Settles at the beginning of a turn that nobody else was given. */
  next(): Promise<Turn> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      if (this.waiting.length === 1) setImmediate(this.hand);
    });
  }

  private readonly hand = (): void => {
    this.waiting.shift()?.(this.turn());
    if (this.waiting.length > 0) setImmediate(this.hand);
  };

  private turn(): Turn {
    const { now } = this;
    const end = now() + TURN_MS;
    return {
      get over() {
        return now() >= end;
      },
    };
  }
}
