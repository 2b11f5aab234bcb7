import { describe, expect, it } from '@jest/globals';
import { canonicalChannelName, checkChannelName } from './channel-name.js';

describe('canonicalChannelName', () => {
  it.each([
    ['user:user:`a-b`', 'user:user:⟨a-b⟩'],
    ['user:`a-b`', 'user:⟨a-b⟩'],
    ['user:`a-b`:chat', 'user:⟨a-b⟩:chat'],
    ['app:eu:user:user:`x:y`', 'app:eu:user:user:⟨x:y⟩'],
    ["user:user:u'018f6f2e-0000-7000-8000-000000000000'", 'user:user:u"018f6f2e-0000-7000-8000-000000000000"'],
  ])('knows %s as %s', (name, known) => {
    expect(canonicalChannelName(name)).toBe(known);
    expect(canonicalChannelName(known)).toBe(known);
  });

  it.each([['lobby'], ['room:1'], ['room:[id]'], ['a:{}'], ['`'], ['user:⟨a-b⟩'], ['']])(
    'leaves %s as it is',
    (name) => {
      expect(canonicalChannelName(name)).toBe(name);
    },
  );
});

describe('checkChannelName', () => {
  it.each([[''], ['a\n'], ['\ud800'], ['a\udc00b'], ['x'.repeat(257)]])('refuses %j', (name) => {
    expect(() => checkChannelName(name)).toThrow('channel has to be a text');
  });

  it('takes characters beyond U+FFFF', () => {
    expect(() => checkChannelName('😀')).not.toThrow();
  });
});
