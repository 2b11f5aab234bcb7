import { describe, expect, it } from '@jest/globals';
import * as ws from 'ws';
import { Name, type Content } from '../delivery/content.js';
import { Rows } from '../delivery/rows.js';
import { PROTOCOL_FORMAT, WebSocketFormat } from './web-socket-format.js';

/** The reader of `ws` is exported, and missing in its types. */
const { Receiver } = ws as unknown as { readonly Receiver: new (options: object) => NodeJS.WritableStream };

const ANY: Content = { type: 'pong', time: 'now' };

/** What a client reads. */
function messagesIn(bytes: Buffer | undefined): string[] {
  const messages: string[] = [];
  const receiver = new Receiver({ isServer: false });
  receiver.on('message', (data: Buffer) => messages.push(data.toString()));
  if (bytes) receiver.write(bytes);
  return messages;
}

function written(content: Content): unknown {
  const [text = ''] = messagesIn(PROTOCOL_FORMAT.write(content));
  return JSON.parse(text);
}

describe('WebSocketFormat', () => {
  it.each([0, 1, 125, 126, 65_535, 65_536, 200_000])('writes a message of %d bytes', (length) => {
    const text = 'x'.repeat(length);
    expect(messagesIn(new WebSocketFormat(() => text).write(ANY))).toEqual([text]);
  });

  it('counts bytes, not characters', () => {
    const text = 'ä€😀'.repeat(30);
    expect(messagesIn(new WebSocketFormat(() => text).write(ANY))).toEqual([text]);
  });

  it('writes several messages, in order, or none', () => {
    const texts = ['a', 'b'.repeat(70_000), ''];
    expect(messagesIn(new WebSocketFormat(() => texts).write(ANY))).toEqual(texts);
    expect(new WebSocketFormat(() => []).write(ANY)).toBeUndefined();
  });
});

describe('the format of the protocol', () => {
  const place = { stream: 's1', cursor: 'c1', time: '2026-01-01T00:00:00.000Z' };

  it('writes changes', () => {
    const change = {
      ...place,
      type: 'event',
      topic: new Name('no"tes'),
      action: 'UPDATE',
      data: '{"id":"a:1"}',
    } as const;
    const frame = { ...change, topic: 'no"tes', data: { id: 'a:1' } };
    expect(written(change)).toEqual(frame);
    expect(written({ ...change, transition: 'enter' })).toEqual({ ...frame, transition: 'enter' });
    expect(written({ ...change, known: 'id' })).toEqual({ ...frame, known: 'id' });
  });

  it('writes messages, with and without a sender', () => {
    const message = { ...place, type: 'message', channel: new Name('a"b'), event: 'e"v', data: '[1]' } as const;
    const frame = { ...message, channel: 'a"b', data: [1] };
    expect(written(message)).toEqual(frame);
    expect(written({ ...message, from: 'user:"1"' })).toEqual({ ...frame, from: 'user:"1"' });
  });

  it('writes rows', () => {
    const rows = {
      type: 'snapshot',
      stream: 's1',
      rows: new Rows(['{"id":"a:1"}', '{"id":"a:2"}']),
      last: false,
    } as const;
    expect(written(rows)).toEqual({
      type: 'snapshot',
      stream: 's1',
      data: [{ id: 'a:1' }, { id: 'a:2' }],
      last: false,
    });
    expect(written({ ...rows, rows: new Rows([]) })).toMatchObject({ data: [] });
  });

  it('writes who is there', () => {
    const channel = new Name('a"b');
    const presence = { type: 'presence', channel, stream: 's1' } as const;
    const frame = { ...presence, channel: 'a"b' };
    const members = { rows: new Rows(['{"key":"k"}', '{"key":"l"}']), last: true };
    expect(written({ ...presence, ...members })).toEqual({
      ...frame,
      members: [{ key: 'k' }, { key: 'l' }],
      last: true,
    });
    const changes = '{"action":"leave"},{"action":"join"}';
    expect(written({ ...presence, changes })).toEqual({ ...frame, changes: [{ action: 'leave' }, { action: 'join' }] });
    expect(written({ ...presence, count: 2, principals: 1 })).toEqual({ ...frame, count: 2, principals: 1 });
  });

  it.each<Content>([ANY, { type: 'ack', id: '1', cursor: 'c1' }, { type: 'ack', id: 'with "quotes", \n and \u2028' }])(
    'writes everything else as it is: %j',
    (content) => {
      expect(written(content)).toEqual(content);
    },
  );
});
