import type { RedisLink } from '../../redis/redis-link.js';
import { parseHead } from './head.js';
import type { Tail } from './tail.js';

/** How often the heads of all open channels are looked at, in ms: what was missed without any other sign shows then. */
const LOOK_MS = 10_000;
/** Channels that are asked about at once. */
const BATCH = 512;
/** How often Redis is told that somebody listens, in ms: a head that nobody asks it to keep is forgotten after 5 minutes or more. */
const KEEP_MS = 60_000;

/** Looks whether open channels are where Redis says that they are. */
export class Looks {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private again = false;

  constructor(
    private readonly link: RedisLink,
    private readonly tails: ReadonlyMap<string, Tail>,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.look(), LOOK_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Looks at all; once more, where this is asked for while it is under way. */
  look(): Promise<void> {
    this.again = true;
    this.looking ??= this.lookAgain().finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async lookAgain(): Promise<void> {
    while (this.again) {
      this.again = false;
      const names = [...this.tails.keys()];
      for (let at = 0; at < names.length; at += BATCH) {
        // Where Redis is away, it is looked again once it is back.
        await Promise.all(names.slice(at, at + BATCH).map((name) => this.lookAt(name).catch(() => undefined)));
      }
    }
  }

  private async lookAt(name: string): Promise<void> {
    const tail = this.tails.get(name);
    const before = tail?.place;
    if (!tail || !before) return;
    const quiet = !tail.heard;
    tail.heard = false;
    const head = parseHead(await this.link.call('GET', name));
    const now = performance.now();
    if (head && now - tail.kept > KEEP_MS) {
      tail.kept = now;
      await this.link.call('PEXPIRE', name, head.ttl);
    }
    const missed = await tail.looked(before, head?.place);
    if (!missed || !quiet || tail.heard) return;
    await this.link.topics.renew(name);
    // What came while it subscribed again.
    await tail.catchUp();
  }
}
