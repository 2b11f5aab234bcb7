import { describe, expect, it } from '@jest/globals';
import { Rows } from './rows.js';

describe('Rows', () => {
  it.each([[[]], [['{}']], [['{"a":1}', '{"b":"ä,€"}', '{"c":"😀"}']]])('gives back %j', (texts: string[]) => {
    const rows = new Rows(texts);
    expect([...rows]).toEqual(texts);
    expect(rows.joined).toBe(texts.join(','));
  });

  it('takes its bytes, and four more for each row', () => {
    expect(new Rows(['"ä"', '1']).weight).toBe(Buffer.byteLength('"ä",1') + 8);
  });
});
