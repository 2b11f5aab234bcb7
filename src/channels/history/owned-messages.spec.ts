import { describe, expect, it } from '@jest/globals';
import { ShareLevels } from '../share-levels.js';
import { ChannelHistory } from './channel-history.js';
import { OwnedMessages } from './owned-messages.js';

describe('OwnedMessages', () => {
  it('remember little of what is kept no longer, however old the oldest is that is kept', () => {
    const owned = new OwnedMessages('ann', { byName: new Map(), levels: new ShareLevels() });
    const [old, ...others] = ['old', 'a', 'b'].map((channel) => new ChannelHistory(channel, '', 0));
    const say = (history: ChannelHistory) => {
      const publication = { channel: history.channel, event: 'e', data: '1', time: '', from: 'ann' };
      const kept = history.push(publication, Infinity);
      kept.owner = owned;
      owned.add(history, kept.bytes);
    };
    if (old) say(old);
    for (let n = 0; n < 1_000; n += 1) {
      for (const history of others) {
        say(history);
        if (history.length === 1) continue;
        owned.remove(history.first.bytes);
        history.shift();
      }
    }
    expect(owned.runsHeld).toBeLessThan(20);
    expect(owned.oldest()).toBe(old);
  });
});
