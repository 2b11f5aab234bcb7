import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, jest } from '@jest/globals';
import type { Content } from './content.js';
import { Delivery, RowsDelivery } from './delivery.js';
import { Rows } from './rows.js';
import type { WireFormat } from './wire-format.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;
/** Weak references that were looked at are strong until the turn is over. */
const collect = async () => {
  await turn();
  gc();
  await turn();
};

class Format implements WireFormat {
  readonly write = jest.fn((content: Content) => Buffer.from(`${this.name} ${content.type}`));
  constructor(readonly name: string) {}
}

const checkpoint = () => Delivery.of({ type: 'checkpoint', cursor: 'c' });

describe('Delivery', () => {
  it('is written once for each format, whoever reads which', () => {
    const delivery = checkpoint();
    const formats = [new Format('a'), new Format('b'), new Format('c')];
    const frames = [0, 1, 0, 2, 1, 1, 0, 2].map((n) => delivery.in(formats[n] ?? new Format('none')));
    expect(frames.map((frame) => frame?.bytes.toString().slice(0, 1)).join('')).toBe('abacbbac');
    expect(new Set(frames).size).toBe(3);
    for (const { write } of formats) expect(write).toHaveBeenCalledTimes(1);
  });

  it('asks a format once that has nothing to say of it', () => {
    const delivery = checkpoint();
    const silent = { write: jest.fn(() => undefined) };
    const other = new Format('other');
    expect([silent, other, silent, silent].map((format) => delivery.in(format)?.type)).toEqual([
      undefined,
      'checkpoint',
      undefined,
      undefined,
    ]);
    expect(silent.write).toHaveBeenCalledTimes(1);
  });

  it('says once that it was written, in whichever format', () => {
    const observer = jest.fn();
    const delivery = checkpoint().onFirstWrite(observer);
    const frames = [new Format('a'), new Format('b')].map((format) => delivery.in(format));
    expect(observer).not.toHaveBeenCalled();
    for (const frame of [...frames, ...frames]) frame?.written();
    expect(observer).toHaveBeenCalledTimes(1);
  });

  it('keeps nothing of what its observer knows once it was written, however long its frames wait', async () => {
    const observed = (): [Delivery, WeakRef<object>] => {
      const known = { row: 'large' };
      return [checkpoint().onFirstWrite(() => expect(known.row).toBe('large')), new WeakRef(known)];
    };
    const [delivery, known] = observed();
    const frame = delivery.in(new Format('a'));
    await collect();
    expect(known.deref()).toBeDefined();
    frame?.written();
    await collect();
    expect(known.deref()).toBeUndefined();
    expect(frame?.bytes.toString()).toBe('a checkpoint');
  });
});

describe('RowsDelivery', () => {
  const chunk = () =>
    new RowsDelivery({ type: 'snapshot', stream: 's', rows: new Rows(['{}', '{"a":"ä"}']), last: true });

  it('has the same bytes for all for whom they wait', () => {
    const [delivery, format, other] = [chunk(), new Format('a'), new Format('b')];
    const frames = [format, other, format, other].map((each) => delivery.in(each));
    expect(new Set(frames).size).toBe(2);
    expect(format.write).toHaveBeenCalledTimes(1);
  });

  it('keeps no bytes that wait for nobody', async () => {
    const [delivery, format] = [chunk(), new Format('a')];
    delivery.in(format);
    await collect();
    expect(delivery.in(format)?.bytes.toString()).toBe('a snapshot');
    expect(format.write).toHaveBeenCalledTimes(2);
  });

  it('weighs what its rows do, about', () => {
    expect(chunk().weight).toBeGreaterThan('{},{"a":"ä"}'.length);
    expect(chunk().weight).toBeLessThan(400);
  });
});
