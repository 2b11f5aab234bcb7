import { beforeEach, describe, expect, it } from '@jest/globals';
import { WrongKeys } from './wrong-keys.js';

const STRANGER = '192.0.2.7';
const SERVER = '198.51.100.1';

describe('WrongKeys', () => {
  let now: number;
  let keys: WrongKeys;
  const tried = (address: string, times: number) =>
    Array.from({ length: times }, () => keys.begin(address)).filter(Boolean).length;

  beforeEach(() => {
    now = 0;
    keys = new WrongKeys(3, () => now);
  });

  it('lets so many be tried at once, then one a second', () => {
    expect(tried(STRANGER, 10)).toBe(3);
    now = 1_000;
    expect(tried(STRANGER, 10)).toBe(1);
    now = 60_000;
    expect(tried(STRANGER, 10)).toBe(3);
  });

  it('counts by address, the addresses of an IPv6 network together', () => {
    expect(tried(STRANGER, 10)).toBe(3);
    expect(tried(SERVER, 10)).toBe(3);
    const all = Array.from({ length: 10 }, (_, n) => tried(`2001:db8::${n}`, 1)).reduce((sum, one) => sum + one);
    expect(all).toBe(3);
  });

  it('does not count what was right, or no guess', () => {
    for (let n = 0; n < 10; n++) {
      expect(keys.begin(SERVER)).toBe(true);
      keys.right(SERVER);
      expect(keys.begin(STRANGER)).toBe(true);
      keys.takeBack(STRANGER);
    }
  });

  it('does not let others slow down an address from which a right key came, for ten minutes', () => {
    keys.begin(SERVER);
    keys.right(SERVER);
    expect(tried(SERVER, 100)).toBe(100);
    now = 600_000;
    expect(tried(SERVER, 10)).toBe(3);
  });

  it('remembers ten thousand networks, and forgets the one not heard of for longest', () => {
    tried(STRANGER, 3);
    for (let n = 0; n < 9_999; n++) keys.begin(`10.0.${n >> 8}.${n & 255}`);
    expect(keys.begin(STRANGER)).toBe(false);
    for (let n = 0; n < 20_000; n++) keys.begin(`10.1.${n >> 8}.${n & 255}`);
    expect(keys.size).toBe(10_000);
    expect(keys.begin(STRANGER)).toBe(true);
  });
});
