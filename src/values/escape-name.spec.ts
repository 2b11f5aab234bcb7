import { describe, expect, it } from '@jest/globals';
import { escapeName } from './escape-name.js';

describe('escapeName', () => {
  it.each([
    ['messages', '`messages`'],
    ['select', '`select`'],
    ['a-b', '`a-b`'],
    ['a`; REMOVE TABLE b', '`a\\`; REMOVE TABLE b`'],
    ['a\\`; REMOVE TABLE b', '`a\\\\\\`; REMOVE TABLE b`'],
    ['a\\', '`a\\\\`'],
  ])('writes %s so that all of it is one name', (name, text) => {
    expect(escapeName(name)).toBe(text);
  });
});
