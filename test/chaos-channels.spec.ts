import { describe, expect, it } from '@jest/globals';
import { ChannelAccount } from '../chaos/channels/channel-account.js';
import { disorder, judgeChannel } from '../chaos/channels/channel-judge.js';
import { Publishes } from '../chaos/channels/publishes.js';
import { Sightings } from '../chaos/channels/sightings.js';

const CHANNEL = 'room:0';
const NO_LOSS = { losses: [], explain: () => true };

/** A minute lies between any two things that happen. */
const MINUTE_MS = 60_000;

describe('the account of a channel', () => {
  const publishes = new Publishes();
  let clock = 0;
  const publish = (channel: string, publisher: string, number: number, isAnswered = true) => {
    const publish = publishes.begin(channel, publisher, number, (clock += MINUTE_MS));
    if (isAnswered) publish.acknowledged = clock;
    return publish.id;
  };
  const ann1 = publish(CHANNEL, 'ann', 1);
  const bob1 = publish(CHANNEL, 'bob', 1);
  const ann2 = publish(CHANNEL, 'ann', 2);
  const ann3 = publish(CHANNEL, 'ann', 3);
  const unanswered = publish(CHANNEL, 'carl', 1, false);
  const elsewhere = publish('room:1', 'dora', 1);

  /** Messages are told as soon as they are published, a resync when all have been. */
  function account(...delivered: readonly string[]): ChannelAccount {
    const one = new ChannelAccount('account', CHANNEL, 0);
    one.served = 0;
    let at = 0;
    for (const id of delivered) {
      at = Math.max(at + 1, publishes.get(id)?.began ?? 0);
      if (id === 'resync') one.resync('interrupted', clock + 1);
      else one.message(id, at);
    }
    return one;
  }

  it.each<[string, string[], string[]]>([
    ['what was acknowledged', [ann1, bob1, ann2, ann3], []],
    ['what was acknowledged, and what may have been carried', [ann1, unanswered, bob1, ann2, ann3], []],
    ['a message that is missing', [ann1, bob1, ann3], ['lost']],
    ['some that are missing, of which it was told', [ann1, bob1, 'resync'], []],
    ['one that is missing before another, behind which it was told of a gap', [ann1, bob1, ann3, 'resync'], ['lost']],
    ['one that came twice', [ann1, bob1, ann2, ann2, ann3], ['duplicated']],
    ['two of one publisher that changed places', [ann2, ann1, bob1, ann3], ['order']],
    ['one of another channel', [ann1, bob1, ann2, ann3, elsewhere], ['unexpected']],
    ['one that nobody published', [ann1, bob1, ann2, ann3, 'eve 1'], ['unexpected']],
  ])('judges %s', (_, delivered, kinds) => {
    expect(judgeChannel(account(...delivered), publishes, NO_LOSS).map(({ kind }) => kind)).toEqual(kinds);
  });

  it('takes a resync for wrong that no fault explains, and an account that was never served', () => {
    const all = account(ann1, bob1, ann2, ann3, 'resync');
    const judged = judgeChannel(all, publishes, { losses: [], explain: () => false });
    expect(judged.map(({ kind }) => kind)).toEqual(['unexplained resync']);
    const never = new ChannelAccount('account', CHANNEL, 0);
    expect(judgeChannel(never, publishes, NO_LOSS).map(({ kind }) => kind)).toEqual(['ended']);
  });

  it('lets go of what Redis lost, where its subscriber was told of it later', () => {
    const at = publishes.get(ann2)?.began ?? 0;
    const losses = [{ began: at, ended: at + 10 * MINUTE_MS }];
    const judge = (one: ChannelAccount) => judgeChannel(one, publishes, { ...NO_LOSS, losses }).map(({ kind }) => kind);
    expect(judge(account(ann1, bob1, ann3, 'resync'))).toEqual([]);
    expect(judge(account(ann1, bob1, ann3))).toEqual(['lost']);
  });

  it('takes two accounts of different order for wrong', () => {
    const one = account(ann1, bob1, ann2, ann3);
    expect(disorder([one, account(ann1, bob1, ann2)], publishes)).toEqual([]);
    expect(disorder([one, account(bob1, ann1, ann2, ann3)], publishes).map(({ kind }) => kind)).toEqual(['order']);
  });
});

describe('what is seen of members', () => {
  it('counts from when it was acknowledged until each sees it, once', () => {
    const sightings = new Sightings();
    sightings.sees('eve', ['ann 1'], 10);
    sightings.said('ann 1', 20);
    sightings.said('ann 2', 30);
    sightings.sees('eve', ['ann 2'], 35);
    sightings.sees('eve', ['ann 2'], 90);
    sightings.sees('fay', ['ann 1', 'ann 2'], 70);
    expect(sightings.delays).toEqual([0, 5, 50, 40]);
  });
});
