import { describe, expect, it } from '@jest/globals';
import { auditLine } from './audit-line.js';

describe('auditLine', () => {
  it.each([
    ['a line end', 'a\n{"event":"forged"}\r\n'],
    ['line ends of Unicode', 'a\u2028b\u2029c\u0085d'],
    ['what a terminal obeys', '\u001b[2J\u009b2J\u007f'],
    ['what turns text around', '\u202eevil\u202c\u2066x\u2069'],
    ['quotes and backslashes', '"\\"},{"'],
    ['half a character', '\ud800'],
  ])('is one line, and gives back %s', (_name, text) => {
    const line = auditLine({ event: 'x', text });
    expect(line.endsWith('\n')).toBe(true);
    expect(line.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/);
    expect(JSON.parse(line)).toEqual({ event: 'x', text });
  });

  it('shortens texts', () => {
    expect(JSON.parse(auditLine({ text: 'x'.repeat(10_000) }))).toEqual({ text: 'x'.repeat(256) });
  });
});
