import { describe, expect, it } from '@jest/globals';
import { endOfJson } from '../../realtime/json-text.js';
import { encodeData } from '../channel-data.js';
import { carriedBody, parseCarried, SEPARATOR } from './carried.js';

const HEADER = 'AAAAAAAA 7 1790000000000 m007 m006';
const TIME = '2026-11-29T08:00:00.000Z';
const body = (data: string) => carriedBody({ channel: 'c', event: 'e', data, from: 'ann', time: TIME });

describe('a message in Redis', () => {
  it.each(['null', '"text"', '{"a":[1,2]}', '[]', ' 1 ', `"${'x'.repeat(10_000)}"`])('is read with %.20s', (data) => {
    expect(parseCarried('c', `${HEADER}\n${body(data)}`)).toEqual([
      {
        place: { epoch: 'AAAAAAAA', number: 7, at: 1790000000000, mark: 'm007' },
        previous: 'm006',
        message: { channel: 'c', event: 'e', from: 'ann', time: TIME, data, cursor: 'AAAAAAAA.7~mubbs7i8.m007' },
      },
    ]);
  });

  it('is read with those that follow it', () => {
    const alone = carriedBody({ channel: 'c', event: 'f', data: '3', time: TIME, exclude: 'connection' });
    const payload = `AAAAAAAA 7 1790000000000 m007m008m009 m006\n${[body('1'), body('2\n'), alone].join(SEPARATOR)}`;
    const place = { epoch: 'AAAAAAAA', at: 1790000000000 };
    expect(parseCarried('c', payload)).toMatchObject([
      { place: { ...place, number: 7, mark: 'm007' }, previous: 'm006', message: { data: '1', from: 'ann' } },
      { place: { ...place, number: 8, mark: 'm008' }, previous: 'm007', message: { data: '2\n', from: 'ann' } },
      { place: { ...place, number: 9, mark: 'm009' }, previous: 'm008', message: { data: '3', event: 'f' } },
    ]);
  });

  it('never holds what separates it from the next one', () => {
    const text = `"${SEPARATOR}"`;
    expect(endOfJson(Buffer.from(text), 0)).toBe(-1);
    const data = encodeData(SEPARATOR);
    const sent = carriedBody({ channel: 'c', event: SEPARATOR, data, from: SEPARATOR, time: TIME, exclude: SEPARATOR });
    expect(sent).not.toContain(SEPARATOR);
  });

  it.each([
    ['no header', body('1')],
    ['no fields', `${HEADER}\n\n1`],
    ['no data', `${HEADER}\n["${TIME}","e",null,null]`],
    ['empty data', `${HEADER}\n${body('')}`],
    ['data that is no JSON', `${HEADER}\n${body('nothing')}`],
    ['data that would go on behind its end', `${HEADER}\n${body('1,"from":"bob"')}`],
    ['two texts for data', `${HEADER}\n${body('1\n2')}`],
    ['fewer messages than marks', `AAAAAAAA 7 1790000000000 m007m008 m006\n${body('1')}`],
    ['more messages than marks', `${HEADER}\n${body('1')}${SEPARATOR}${body('2')}`],
    ['one among others that is none', `AAAAAAAA 7 1 m007m008 m006\n${body('1')}${SEPARATOR}${body('nothing')}`],
    ['a time that is none', `${HEADER}\n["now\\"","e",null,null]\n1`],
  ])('is none with %s', (_name, payload) => {
    expect(parseCarried('c', payload)).toBeUndefined();
  });
});
