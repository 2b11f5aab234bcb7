import type { Config } from '../../config/config.js';
import { unavailable } from '../../redis/in-flight.js';
import type { RedisLink } from '../../redis/redis-link.js';
import type { Carriage, Publication } from '../broker.js';
import type { Acknowledged } from './acknowledged.js';
import { carriedBody } from './carried.js';
import type { ChannelKeys } from './channel-keys.js';
import type { Marks } from './marks.js';
import { cursorOf } from './place.js';
import { PublishCall } from './publish-call.js';
import { PublishLane, type WaitingPublish } from './publish-lane.js';
import { PUBLISH } from './scripts.js';

/** For how long a repeat of an idempotency key answers the first one, in ms. */
const ONCE_MS = 5 * 60_000;
/** What a publish takes beside its message, about, in bytes. */
const PUBLISH_BYTES = 512;

const LATE = 'late ';

/** What this instance publishes in Redis: in order, several messages a call. */
export class Publishes {
  /** Of one server there is one; in a cluster each channel has its own, as what is in one call has to be in one slot. */
  private readonly lanes = new Map<string, PublishLane>();

  constructor(
    private readonly config: Config,
    private readonly link: RedisLink,
    private readonly keys: ChannelKeys,
    private readonly marks: Marks,
    private readonly acknowledged: Acknowledged,
  ) {}

  /** @returns its cursor @throws CommandError UNAVAILABLE: it was not published, or nobody knows */
  add(publication: Publication, { key, history }: Carriage): Promise<string> {
    const { link, keys, acknowledged } = this;
    const { channel, from } = publication;
    const body = carriedBody(publication);
    return new Promise((resolve, reject) => {
      const held = link.hold(PUBLISH_BYTES + 2 * body.length, reject);
      this.laneOf(channel).add({
        channel,
        once: key === undefined ? undefined : keys.once(channel, from, key),
        size: history?.size ?? 0,
        age: history?.age ?? 0,
        body,
        deadline: held.deadline,
        settle: (outcome) => {
          if (!link.release(held)) return;
          if (outcome instanceof Error) return reject(link.failure(outcome));
          acknowledged.add(channel, outcome);
          resolve(cursorOf(outcome));
        },
      });
    });
  }

  private laneOf(channel: string): PublishLane {
    const name = this.link.isCluster ? channel : '';
    const lane = this.lanes.get(name) ?? new PublishLane(this.send, () => this.lanes.delete(name));
    this.lanes.set(name, lane);
    return lane;
  }

  private readonly send = async (publishes: readonly WaitingPublish[]): Promise<void> => {
    const { link, config, keys, marks } = this;
    const call = new PublishCall(publishes, marks);
    // Those that came first have the least time left; the others are refused with them.
    const left = Math.min(...publishes.map(({ deadline }) => deadline)) - performance.now();
    const args = [link.topics.publishCommand, ONCE_MS, config.limitHistoryBytesPerChannel, link.clock.in(left)];
    const answers = await link.send(PUBLISH, call.keys(keys), [...args, ...call.args()]);
    if (Array.isArray(answers)) return call.settle(answers as unknown[]);
    // It came so late that whoever published it was told so already, or the clock of Redis was set.
    if (typeof answers === 'string' && answers.startsWith(LATE)) link.clock.set(Number(answers.slice(LATE.length)));
    throw unavailable();
  };
}
