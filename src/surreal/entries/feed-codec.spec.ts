import { describe, expect, it } from '@jest/globals';
import { CborCodec, RecordId, Uuid } from 'surrealdb';
import { EncodedEntry } from './encoded-entry.js';
import { FeedCodec } from './feed-codec.js';
import { tableOf, type FeedEntry } from './feed-entry.js';

const plain = new CborCodec({});
const UUID = '018f5f4e-6f5c-7c3f-9f43-0123456789ab';
const STAMP = 117_679_702_917_906_432n;
const CHANGES = [
  { define_table: { name: 'c' } },
  { update: { id: new RecordId('a', 1), name: 'x', naïve: 1 } },
  { current: { id: new RecordId('b', 1), n: 2 }, update: [{ op: 'replace', path: '/n', value: 1 }] },
  { delete: { id: new RecordId('a', 1), original: { id: new RecordId('a', 1) } } },
];

interface Answer {
  readonly id: string;
  readonly result: readonly { readonly status: string; readonly time: string; readonly result: readonly FeedEntry[] }[];
}

/** What a codec makes of an answer to a query. */
function answered(text: string, answer: unknown, codec = new FeedCodec({})): Answer {
  codec.encode({ id: '1', method: 'query', params: [text, {}] });
  return codec.decode(plain.encode(answer));
}

function feed(result: unknown, status = 'OK'): unknown {
  return { id: '1', result: [{ status, result, time: '1ms' }] };
}

describe('FeedCodec', () => {
  it('decodes the changes of a transaction only when they are asked for', () => {
    const answer = answered('SHOW CHANGES FOR DATABASE', feed([{ versionstamp: STAMP, changes: CHANGES }]));
    expect(answer).toMatchObject({ id: '1', result: [{ status: 'OK', time: '1ms' }] });
    const [entry] = answer.result[0]?.result ?? [];
    expect(entry).toBeInstanceOf(EncodedEntry);
    expect([entry?.versionstamp, entry?.count]).toEqual([STAMP, 4]);
    expect([...(entry?.changes() ?? [])]).toEqual(CHANGES);
    expect([...(entry?.changes(3) ?? [])]).toEqual(CHANGES.slice(3));
    expect([...(entry?.changes(4) ?? [])]).toEqual([]);
    expect(Array.from(entry?.outlines() ?? [], tableOf)).toEqual(['c', 'a', 'b', 'a']);
    expect([...(entry?.outlines() ?? [])][1]).toEqual({ update: { id: new RecordId('a', 1), name: 'x' } });
  });

  it.each([
    ['another query', 'SELECT * FROM a', feed([{ versionstamp: STAMP, changes: [] }])],
    ['an error of the feed', 'SHOW CHANGES', feed('no such database', 'ERR')],
    ['an answer that is an error', 'SHOW CHANGES', { id: '1', error: { code: -1, message: 'no' } }],
    ['transactions with other fields', 'SHOW CHANGES', feed([{ stamp: STAMP }])],
    ['a message that answers nothing', 'SHOW CHANGES', { result: { action: 'CREATE' } }],
    ['the answer to another request', 'SHOW CHANGES', { id: '2', result: [] }],
  ])('leaves %s to the SDK', (_, text, answer) => {
    expect(answered(text, answer)).toEqual(answer);
  });

  const ID = 'i'.repeat(30);
  const TEXT = 'SHOW CHANGES FOR DATABASE SINCE 117679702917906432 LIMIT 1000';

  it.each([
    ['what asks for changes', { id: '1', method: 'query', params: [TEXT] }],
    ['text with other letters', { id: ID, method: 'query', params: [`${TEXT} -- naïve`] }],
    ['text that is long', { id: ID, method: 'query', params: [`${TEXT} -- ${'n'.repeat(300)}`] }],
    ['bindings', { id: ID, method: 'query', params: [TEXT, { a: 1 }] }],
    ['a transaction', { id: ID, method: 'query', params: [TEXT], txn: new Uuid(UUID) }],
    ['another query', { id: ID, method: 'query', params: ['SELECT * FROM a'] }],
    ['another method', { id: ID, method: 'use', params: ['SHOW CHANGES', 'b'] }],
    ['a ping', { id: ID, method: 'ping' }],
  ])('encodes %s', (_, request) => {
    expect(plain.decode(new FeedCodec({}).encode(request))).toEqual(request);
  });

  it('decodes each answer as its own request has it', () => {
    const codec = new FeedCodec({});
    codec.encode({ id: '2', method: 'query', params: ['SELECT * FROM a'] });
    const result = feed([{ versionstamp: STAMP, changes: CHANGES }]);
    expect(answered('SHOW CHANGES', { ...(result as Answer), id: '2' }, codec).result[0]?.result[0]).toEqual({
      versionstamp: STAMP,
      changes: CHANGES,
    });
    expect(codec.decode<Answer>(plain.encode(result)).result[0]?.result[0]).toBeInstanceOf(EncodedEntry);
  });
});
