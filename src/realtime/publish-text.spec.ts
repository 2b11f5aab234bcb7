import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FrameShape } from './frame-shape.js';
import { PublishDto } from './frames/publish.dto.js';
import { parseFrame } from './parse-frame.js';
import { readPublish, type PublishText } from './publish-text.js';

const shape = new FrameShape(PublishDto);

function read(frame: string): PublishText | undefined {
  return readPublish(Buffer.from(frame));
}

/** As frames are read that aren't written as usual. @throws CommandError */
function readUsually(frame: string): PublishDto {
  const parsed = parseFrame({ data: Buffer.from(frame), binary: false });
  if (!parsed.ok) throw new Error(parsed.fault);
  return shape.read(parsed.frame) as PublishDto;
}

describe('a publish that is read as text', () => {
  it.each([
    ['{"type":"publish","channel":"c","event":"e"}', { channel: 'c', event: 'e', data: 'null', echo: true }],
    [
      '{"type":"publish","id":"","channel":"c","event":"e","data":{"n":1e308,"m":12345678901234567890},"key":"k","echo":false}',
      { id: '', channel: 'c', event: 'e', data: '{"n":1e308,"m":12345678901234567890}', key: 'k', echo: false },
    ],
    [
      '{"type":"publish","data": [1, 2],"event":"é😀","channel":"räume:1","echo":true}',
      { channel: 'räume:1', event: 'é😀', data: ' [1, 2]', echo: true },
    ],
    [`{"type":"publish","channel":"${'c'.repeat(256)}","event":"${'e'.repeat(128)}"}`, { data: 'null' }],
  ])('has the fields of %s', (frame, fields) => {
    expect(read(frame)).toMatchObject(fields);
  });

  it.each([
    ['another command', '{"type":"publisher","channel":"c","event":"e"}'],
    ['white space', '{"type":"publish", "channel":"c","event":"e"}'],
    ['white space at the end', '{"type":"publish","channel":"c","event":"e"} '],
    ['a type that is not first', '{"channel":"c","type":"publish","event":"e"}'],
    ['an escape', '{"type":"publish","channel":"\\u0063","event":"e"}'],
    ['a control character', '{"type":"publish","channel":"c\n","event":"e"}'],
    ['an unknown field', '{"type":"publish","channel":"c","event":"e","x":1}'],
    ['a second type', '{"type":"publish","channel":"c","event":"e","type":"ping"}'],
    ['a field twice', '{"type":"publish","channel":"c","event":"e","event":"f"}'],
    ['data twice', '{"type":"publish","channel":"c","event":"e","data":1,"data":2}'],
    ['echo twice', '{"type":"publish","channel":"c","event":"e","echo":true,"echo":false}'],
    ['no channel', '{"type":"publish","event":"e"}'],
    ['no event', '{"type":"publish","channel":"c"}'],
    ['an empty channel', '{"type":"publish","channel":"","event":"e"}'],
    ['a channel that is no text', '{"type":"publish","channel":1,"event":"e"}'],
    ['a channel that is too long', `{"type":"publish","channel":"${'c'.repeat(257)}","event":"e"}`],
    ['an id that is too long', `{"type":"publish","id":"${'i'.repeat(65)}","channel":"c","event":"e"}`],
    ['an echo that is no boolean', '{"type":"publish","channel":"c","event":"e","echo":1}'],
    ['data that is no JSON', '{"type":"publish","channel":"c","event":"e","data":{a:1}}'],
    ['data with a number beyond all that are read', '{"type":"publish","channel":"c","event":"e","data":[-1e999]}'],
    ['data that ends the frame too early', '{"type":"publish","channel":"c","event":"e","data":1}}'],
    ['a frame cut short', '{"type":"publish","channel":"c","event":"e"'],
    ['a comma too many', '{"type":"publish","channel":"c","event":"e",}'],
  ])('is none with %s', (_, frame) => {
    expect(read(frame)).toBeUndefined();
  });

  it('takes what is the same as before from there, and nothing else', () => {
    const frame = (channel: string, event: string) => `{"type":"publish","channel":"${channel}","event":"${event}"}`;
    const texts = fc.constantFrom('a', 'b', 'ab', 'ä', 'a:1', 'a:2', '😀');
    fc.assert(
      fc.property(texts, texts, texts, texts, (channel, event, lastChannel, lastEvent) => {
        const publish = readPublish(Buffer.from(frame(channel, event)), { channel: lastChannel, event: lastEvent });
        expect(publish).toMatchObject({ channel, event });
      }),
    );
    const before = { channel: 'c', event: 'e' };
    expect(readPublish(Buffer.from('{"type":"publish","event":"e"}'), before)).toBeUndefined();
    expect(readPublish(Buffer.from('{"type":"publish","channel":"c"}'), before)).toBeUndefined();
  });

  it('is what the usual way reads, field by field', () => {
    const text = (maxLength: number) => fc.string({ unit: 'grapheme', minLength: 0, maxLength });
    const frames = fc.record(
      {
        type: fc.constant('publish'),
        id: text(66),
        channel: text(258),
        event: text(130),
        data: fc.jsonValue(),
        key: text(130),
        echo: fc.oneof(fc.boolean(), fc.constant(1)),
      },
      { requiredKeys: ['type'] },
    );
    let asText = 0;
    fc.assert(
      fc.property(frames, (frame) => {
        const json = JSON.stringify(frame);
        const publish = read(json);
        if (!publish) return;
        asText += 1;
        const { id, channel, event, data = null, key, echo = true } = readUsually(json);
        expect({ ...publish, data: JSON.parse(publish.data) as unknown }).toEqual({
          id,
          channel,
          event,
          data,
          key,
          echo,
        });
      }),
      { numRuns: 2_000 },
    );
    expect(asText).toBeGreaterThan(100);
  });
});
