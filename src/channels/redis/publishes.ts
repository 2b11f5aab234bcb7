import type { Config } from '../../config/config.js';
import { unavailable } from '../../redis/in-flight.js';
import type { RedisLink } from '../../redis/redis-link.js';
import type { Carriage, Publication } from '../broker.js';
import { carriedBody } from './carried.js';
import type { ChannelKeys } from './channel-keys.js';
import { parsePlace } from './head.js';
import type { Marks } from './marks.js';
import type { Place } from './place.js';
import { PublishLane, type WaitingPublish } from './publish-lane.js';
import { PUBLISH } from './scripts.js';

/** For how long a repeat of an idempotency key answers the first one, in ms. */
const ONCE_MS = 5 * 60_000;
/** What a publish takes beside its message, about, in bytes. */
const PUBLISH_BYTES = 512;

const LATE = 'late ';
const FAILED = 'failed ';

/** What this instance publishes in Redis: in order, several messages a call. */
export class Publishes {
  /** Of one server there is one; in a cluster each channel has its own, as what is in one call has to be in one slot. */
  private readonly lanes = new Map<string, PublishLane>();

  constructor(
    private readonly config: Config,
    private readonly link: RedisLink,
    private readonly keys: ChannelKeys,
    private readonly marks: Marks,
  ) {}

  /** @returns where it is in its channel @throws CommandError UNAVAILABLE: it was not published, or nobody knows */
  async add(publication: Publication, { key, history }: Carriage): Promise<Place> {
    const { keys, marks, link, config } = this;
    const { channel, from } = publication;
    const names = [keys.head(channel), keys.messages(channel)];
    if (key !== undefined) names.push(keys.once(channel, from, key));
    const fields = [
      marks.next(),
      marks.epoch(),
      marks.start(),
      history?.size ?? 0,
      history?.age ?? 0,
      link.clock.in(config.redisTimeoutMs),
      key === undefined ? 0 : 1,
    ].join(' ');
    const body = carriedBody(publication);
    const deadline = performance.now() + config.redisTimeoutMs;
    const answer = await link.wait(
      PUBLISH_BYTES + 2 * body.length,
      () =>
        new Promise<unknown>((resolve, failed) => {
          const answered = (answer: unknown) => (begins(answer, FAILED) ? failed(new Error(answer)) : resolve(answer));
          this.laneOf(channel).add({ keys: names, fields, body, deadline, answered, failed });
        }),
    );
    return this.read(answer);
  }

  private laneOf(channel: string): PublishLane {
    const name = this.link.isCluster ? channel : '';
    const lane = this.lanes.get(name) ?? new PublishLane(this.send, () => this.lanes.delete(name));
    this.lanes.set(name, lane);
    return lane;
  }

  private readonly send = async (publishes: readonly WaitingPublish[]): Promise<readonly unknown[]> => {
    const { topics } = this.link;
    const keys = publishes.flatMap((publish) => publish.keys);
    const messages = publishes.flatMap(({ fields, body }) => [fields, body]);
    const most = this.config.limitHistoryBytesPerChannel;
    const answers = await this.link.send(PUBLISH, keys, [topics.publishCommand, ONCE_MS, most, ...messages]);
    return Array.isArray(answers) ? (answers as readonly unknown[]) : [];
  };

  private read(answer: unknown): Place {
    const place = parsePlace(answer);
    if (place) return place;
    // It came so late that whoever published it was told so already, or the clock of Redis was set.
    if (begins(answer, LATE)) this.link.clock.set(Number(answer.slice(LATE.length)));
    throw unavailable();
  }
}

function begins(answer: unknown, text: string): answer is string {
  return typeof answer === 'string' && answer.startsWith(text);
}
