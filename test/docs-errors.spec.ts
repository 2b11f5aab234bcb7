import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { CLOSE_CODES, ERROR_CODES, RETRYABLE_ERROR_CODES } from '@edge-hive/protocol';

/** Sent by the WebSocket library itself. */
const OF_THE_LIBRARY = [1008];

const text = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8');
const rows = text
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

describe('docs/errors.md', () => {
  it('explains every error code, and no others', () => {
    const codes = rows.flatMap(([, code = '']) => /^`([A-Z_]+)`$/.exec(code)?.[1] ?? []);
    expect(codes).toEqual([...ERROR_CODES]);
  });

  it.each(ERROR_CODES)('says whether %s is worth a retry', (code) => {
    const row = rows.find(([, cell]) => cell === `\`${code}\``);
    expect(row?.[2]).toBe(RETRYABLE_ERROR_CODES.has(code) ? 'yes' : 'no');
  });

  it('explains every close code, and no others', () => {
    const codes = rows.flatMap(([, code = '']) => (/^\d{4}$/.test(code) ? Number(code) : []));
    expect(codes).toEqual([...Object.values(CLOSE_CODES), ...OF_THE_LIBRARY].sort());
  });
});
