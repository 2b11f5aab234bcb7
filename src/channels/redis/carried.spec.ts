import { describe, expect, it } from '@jest/globals';
import { carriedBody, parseCarried } from './carried.js';

const HEADER = 'AAAAAAAA 7 1790000000000 m007 m006';
const TIME = '2026-11-29T08:00:00.000Z';
const body = (data: string) => carriedBody({ channel: 'c', event: 'e', data, from: 'ann', time: TIME });

describe('a message in Redis', () => {
  it.each(['null', '"text"', '{"a":[1,2]}', '[]', ' 1 ', `"${'x'.repeat(10_000)}"`])('is read with %.20s', (data) => {
    expect(parseCarried('c', `${HEADER}\n${body(data)}`)).toMatchObject({
      place: { epoch: 'AAAAAAAA', number: 7, mark: 'm007' },
      previous: 'm006',
      message: { channel: 'c', event: 'e', from: 'ann', time: TIME, data },
    });
  });

  it.each([
    ['no header', body('1')],
    ['no fields', `${HEADER}\n\n1`],
    ['no data', `${HEADER}\n["${TIME}","e",null,null]`],
    ['empty data', `${HEADER}\n${body('')}`],
    ['data that is no JSON', `${HEADER}\n${body('nothing')}`],
    ['data that would go on behind its end', `${HEADER}\n${body('1,"from":"bob"')}`],
    ['two texts for data', `${HEADER}\n${body('1\n2')}`],
    ['a time that is none', `${HEADER}\n["now\\"","e",null,null]\n1`],
  ])('is none with %s', (_name, payload) => {
    expect(parseCarried('c', payload)).toBeUndefined();
  });
});
