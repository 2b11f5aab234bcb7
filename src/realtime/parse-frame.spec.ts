import { describe, expect, it } from '@jest/globals';
import { parseFrame } from './parse-frame.js';

const parse = (text: string, binary = false) => parseFrame({ data: Buffer.from(text), binary });

describe('parseFrame', () => {
  it('reads a frame', () => {
    expect(parse('{"type":"ping","id":"1","more":2}')).toEqual({ ok: true, frame: { type: 'ping', id: '1', more: 2 } });
  });

  it.each(['', 'x', '{', '[]', '[{"type":"ping"}]', 'null', '1', '"ping"', '{}', '{"type":1}', '{"type":null}'])(
    'finds fault with %s',
    (text) => {
      expect(parse(text)).toEqual({ ok: false, fault: expect.any(String) });
    },
  );

  it.each(['1', 'null', '{}', `"${'x'.repeat(65)}"`])('finds fault with id %s', (id) => {
    expect(parse(`{"type":"ping","id":${id}}`)).toEqual({ ok: false, fault: expect.stringContaining('id') });
  });

  it('tells whose frame it was where the id is right', () => {
    expect(parse(`{"id":"${'x'.repeat(64)}"}`)).toMatchObject({ ok: false, id: 'x'.repeat(64) });
  });

  it('takes no binary frame', () => {
    expect(parse('{"type":"ping"}', true)).toMatchObject({ ok: false });
  });
});
