import { SEPARATOR } from './carried.js';
import type { ChannelKeys } from './channel-keys.js';
import { parsePlace } from './head.js';
import type { Marks } from './marks.js';
import type { WaitingPublish } from './publish-lane.js';

/** Epoch, the first number, the moment. */
const FIRST = /^([\w-]{8}) (\d{1,16}) (\d{1,16})$/;
/** Which message, counted from 1, and what is said of it. */
const OTHER = /^(\d+) (.+)$/;

/** Publishes that Redis carries out in one call: those of a channel together, in their order. */
export class PublishCall {
  private readonly ofChannels: ChannelPublishes[] = [];

  constructor(publishes: readonly WaitingPublish[], marks: Marks) {
    const last = new Map<string, ChannelPublishes>();
    for (const publish of publishes) {
      let group = last.get(publish.channel);
      // The policy can have changed in between.
      if (!group?.isKeptLike(publish)) {
        last.set(publish.channel, (group = new ChannelPublishes(publish, marks)));
        this.ofChannels.push(group);
      }
      group.add(publish);
    }
  }

  keys(keys: ChannelKeys): readonly string[] {
    return this.ofChannels.flatMap((group) => group.keys(keys));
  }

  args(): readonly string[] {
    return this.ofChannels.flatMap((group) => group.args());
  }

  /** Hands each publish what Redis answered of it. */
  settle(answers: readonly unknown[]): void {
    this.ofChannels.forEach((group, n) => group.settle(answers[n]));
  }
}

/** Those of one channel. */
class ChannelPublishes {
  private readonly publishes: WaitingPublish[] = [];
  private readonly ownMarks: string[] = [];

  constructor(
    private readonly first: WaitingPublish,
    private readonly marks: Marks,
  ) {}

  isKeptLike({ size, age }: WaitingPublish): boolean {
    return this.first.size === size && this.first.age === age;
  }

  add(publish: WaitingPublish): void {
    this.publishes.push(publish);
    this.ownMarks.push(this.marks.next());
  }

  keys(keys: ChannelKeys): readonly string[] {
    const { channel } = this.first;
    const once = this.publishes.flatMap((publish) => publish.once ?? []);
    return [keys.head(channel), keys.messages(channel), ...once];
  }

  args(): readonly string[] {
    const { marks, publishes } = this;
    const { size, age } = this.first;
    const keyed = publishes.map(({ once }) => (once === undefined ? '0' : '1')).join('');
    const fields = `${marks.epoch()} ${marks.start()} ${size} ${age} ${keyed}`;
    return [fields, this.ownMarks.join(''), publishes.map(({ body }) => body).join(SEPARATOR)];
  }

  settle(answer: unknown): void {
    const [line = '', ...rest] = typeof answer === 'string' ? answer.split('\n') : [];
    const [, epoch, first, at] = FIRST.exec(line) ?? [];
    const others = new Map(rest.map(otherOf));
    let number = Number(first);
    for (const [n, publish] of this.publishes.entries()) {
      const mark = this.ownMarks[n];
      const other = others.get(n);
      if (other !== undefined) publish.settle(parsePlace(other) ?? new Error(other));
      else if (epoch === undefined || mark === undefined) publish.settle(new Error(line));
      else publish.settle({ epoch, number: number++, at: Number(at), mark });
    }
  }
}

function otherOf(line: string): [n: number, text: string] {
  const [, n, text = ''] = OTHER.exec(line) ?? [];
  return [Number(n) - 1, text];
}
