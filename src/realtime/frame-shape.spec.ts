import { describe, expect, it } from '@jest/globals';
import { validateSync } from 'class-validator';
import { CommandError } from '../errors/command-error.js';
import { FrameShape } from './frame-shape.js';
import { AuthDto } from './frames/auth.dto.js';
import { PingDto } from './frames/ping.dto.js';
import { PublishDto } from './frames/publish.dto.js';
import { SubscribeDto } from './frames/subscribe.dto.js';
import { UnsubscribeDto } from './frames/unsubscribe.dto.js';
import type { CommandFrame } from './parse-frame.js';

const shapes = {
  auth: AuthDto,
  ping: PingDto,
  publish: PublishDto,
  subscribe: SubscribeDto,
  unsubscribe: UnsubscribeDto,
} as const;

function read(frame: CommandFrame): object {
  return new FrameShape(shapes[frame.type as keyof typeof shapes]).read(frame);
}

const valid: CommandFrame[] = [
  { type: 'ping' },
  { type: 'auth', token: '' },
  { type: 'subscribe', topic: 'messages' },
  { type: 'subscribe', channel: 'room:1', since: '', epoch: 'e' },
  { type: 'subscribe', topic: 't', filter: null, fields: [], events: ['CREATE', 'DELETE'], snapshot: true },
  { type: 'subscribe', topic: 't', fields: ['a.b'], snapshot: { limit: 1, orderBy: [{ field: 'at', desc: true }] } },
  { type: 'unsubscribe', stream: 's' },
  { type: 'unsubscribe', topic: '' },
  { type: 'publish', channel: 'c', event: 'e' },
  { type: 'publish', channel: 'c', event: 'e', data: null, key: 'k', echo: false },
];

const invalid: [CommandFrame, code: string, message: RegExp][] = [
  [{ type: 'auth' }, 'BAD_FRAME', /token/],
  [{ type: 'auth', token: 1 }, 'BAD_FRAME', /token/],
  [{ type: 'subscribe' }, 'BAD_FRAME', /exactly one of topic, channel/],
  [{ type: 'subscribe', topic: 'a', channel: 'b' }, 'BAD_FRAME', /exactly one of topic, channel/],
  [{ type: 'subscribe', topic: 1 }, 'BAD_FRAME', /topic/],
  [{ type: 'subscribe', topic: '' }, 'BAD_FRAME', /topic/],
  [{ type: 'subscribe', topic: null }, 'BAD_FRAME', /topic must be a string/],
  [{ type: 'subscribe', channel: 'c'.repeat(257) }, 'BAD_FRAME', /channel/],
  [{ type: 'subscribe', topic: 't', fields: 'a' }, 'INVALID_FIELDS', /fields must be an array/],
  [{ type: 'subscribe', topic: 't', fields: ['a', 1] }, 'INVALID_FIELDS', /fields/],
  [{ type: 'subscribe', topic: 't', fields: [''] }, 'INVALID_FIELDS', /fields/],
  [{ type: 'subscribe', topic: 't', fields: null }, 'INVALID_FIELDS', /fields/],
  [{ type: 'subscribe', topic: 't', events: [] }, 'BAD_FRAME', /events should not be empty/],
  [{ type: 'subscribe', topic: 't', events: 'CREATE' }, 'BAD_FRAME', /events must be an array/],
  [{ type: 'subscribe', topic: 't', events: ['create'] }, 'BAD_FRAME', /in events must be one of/],
  [{ type: 'subscribe', topic: 't', snapshot: 1 }, 'BAD_FRAME', /snapshot/],
  [{ type: 'subscribe', topic: 't', snapshot: { limit: 0 } }, 'BAD_FRAME', /snapshot\.limit/],
  [{ type: 'subscribe', topic: 't', snapshot: { limit: 1.5 } }, 'BAD_FRAME', /snapshot\.limit/],
  [{ type: 'subscribe', topic: 't', snapshot: { orderBy: 'a' } }, 'BAD_FRAME', /snapshot\.orderBy/],
  [{ type: 'subscribe', topic: 't', snapshot: { orderBy: [{ desc: true }] } }, 'BAD_FRAME', /snapshot\.orderBy/],
  [{ type: 'subscribe', topic: 't', since: 1 }, 'INVALID_CURSOR', /since must be a string/],
  [{ type: 'subscribe', topic: 't', since: 'x'.repeat(65) }, 'INVALID_CURSOR', /since/],
  [{ type: 'subscribe', topic: 't', since: 'x', epoch: {} }, 'INVALID_CURSOR', /epoch/],
  [{ type: 'unsubscribe' }, 'BAD_FRAME', /exactly one of stream, topic, channel/],
  [{ type: 'unsubscribe', stream: 's', topic: 't' }, 'BAD_FRAME', /exactly one/],
  [{ type: 'unsubscribe', stream: 7 }, 'BAD_FRAME', /stream/],
  [{ type: 'publish', event: 'e' }, 'BAD_FRAME', /channel/],
  [{ type: 'publish', channel: 'c' }, 'BAD_FRAME', /event/],
  [{ type: 'publish', channel: ['c'], event: 'e' }, 'BAD_FRAME', /channel/],
  [{ type: 'publish', channel: 'c', event: 'e', key: 1 }, 'BAD_FRAME', /key must be a string/],
  [{ type: 'publish', channel: 'c', event: 'e', echo: 'no' }, 'BAD_FRAME', /echo/],
];

describe('FrameShape', () => {
  it.each(valid)('takes %j', (frame) => {
    const dto = read(frame);
    expect(dto).toMatchObject(frame);
    expect(validateSync(dto)).toEqual([]);
  });

  it.each(invalid)('refuses %j with %s', (frame, code, message) => {
    const refusal = new CommandError('BAD_FRAME', '');
    try {
      read(frame);
    } catch (error) {
      Object.assign(refusal, error);
      expect(error).toBeInstanceOf(CommandError);
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) as unknown });
      return;
    }
    throw new Error('The frame was taken.');
  });

  it('ignores fields that are not declared', () => {
    expect(read({ type: 'ping', id: '1', extra: true })).toEqual({ type: 'ping', id: '1' });
  });

  it('takes what objects inherit for fields that were not sent', () => {
    const frame = JSON.parse('{"type":"publish","channel":"c","event":"e","__proto__":{"key":1}}') as CommandFrame;
    expect(read(frame)).toEqual({ type: 'publish', channel: 'c', event: 'e' });
  });

  it('hands data on untouched', () => {
    const data = { constructor: 1, nested: { toString: [] } };
    expect(read({ type: 'publish', channel: 'c', event: 'e', data })).toHaveProperty('data', data);
  });
});
