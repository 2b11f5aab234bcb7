import { describe, expect, it } from '@jest/globals';
import { dateTimeText, parseDateTime } from './date-time-text.js';

describe('parseDateTime', () => {
  it.each([
    ['2024-01-01T00:00:00Z', '2024-01-01T00:00:00.000Z'],
    ['2024-01-01T00:00:00.123456789Z', '2024-01-01T00:00:00.123456789Z'],
    ['2024-01-01T02:00:00.5+02:00', '2024-01-01T00:00:00.500Z'],
    ['2024-01-01', '2024-01-01T00:00:00.000Z'],
    ['2024-01-01T10:30', '2024-01-01T10:30:00.000Z'],
    ['1969-12-31T23:59:59.999999999Z', '1969-12-31T23:59:59.999999999Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ])('reads %s as %s', (text, instant) => {
    const parsed = parseDateTime(text);
    expect(parsed && dateTimeText(parsed)).toBe(instant);
  });

  it.each([
    ['2024'],
    ['2024-13-01'],
    ['2023-02-29'],
    ['2024-04-31T00:00:00Z'],
    ['2024-01-01T25:00:00Z'],
    ['2024-01-01 00:00:00'],
    ['+270000-01-01'],
  ])('takes %s for a text', (text) => {
    expect(parseDateTime(text)).toBeUndefined();
  });
});
