import type { Subscriber } from '../../delivery/subscriber.js';
import { ShareItem } from '../shares.js';
import type { MemberName } from './member.js';

/** A presence as this instance knows it: who keeps it up. Without a holder its connection was lost, and it ends at a time. */
export class Claim extends ShareItem implements MemberName {
  /** What it takes in memory. */
  bytes = 0;
  holder: Subscriber | undefined;
  /** How many times somebody said that it is there. */
  turn = 0;
  /** Ends it unless somebody holds it again. */
  timer: NodeJS.Timeout | undefined;

  constructor(
    readonly channel: string,
    readonly id: string,
    readonly key: string,
  ) {
    super();
  }
}
