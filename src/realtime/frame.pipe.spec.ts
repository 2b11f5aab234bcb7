import { describe, expect, it } from '@jest/globals';
import { FramePipe } from './frame.pipe.js';
import { PingDto } from './frames/ping.dto.js';
import { PublishDto } from './frames/publish.dto.js';

const pipe = new FramePipe();
const read = (metatype: new () => object, frame: { type: string }) => pipe.transform(frame, { type: 'body', metatype });

describe('FramePipe', () => {
  it('gives a frame as its class, with the declared fields and no others', () => {
    const frame = { type: 'publish', id: '1', channel: 'a', event: 'e', data: [1], nothing: true };
    const dto = read(PublishDto, frame);
    expect(dto).toBeInstanceOf(PublishDto);
    expect(dto).toMatchObject({ id: '1', channel: 'a', event: 'e', data: [1] });
    expect(dto).not.toHaveProperty('nothing');
  });

  it('reads each class by its own rules, however often', () => {
    for (let n = 0; n < 2; n += 1) {
      expect(read(PingDto, { type: 'ping' })).toBeInstanceOf(PingDto);
      expect(() => read(PublishDto, { type: 'publish' })).toThrow(
        expect.objectContaining({ code: 'BAD_FRAME', message: expect.stringMatching(/^channel/) as unknown }),
      );
    }
  });

  it('takes nothing from what every object inherits', () => {
    const frame = JSON.parse('{"type":"ping","__proto__":{"id":5}}') as { type: string };
    expect(read(PingDto, frame)).toEqual(Object.assign(new PingDto(), { type: 'ping' }));
  });

  it('fails for a command that declares no class', () => {
    expect(() => pipe.transform({ type: 'ping' }, { type: 'body' })).toThrow(TypeError);
  });
});
