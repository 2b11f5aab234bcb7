import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Audience } from '../delivery/audience.js';
import type { Account, HeldLimits, Holder } from '../delivery/account.js';
import { Delivery } from '../delivery/delivery.js';
import { HeldBytes } from '../delivery/held-bytes.js';
import { PROTOCOL_FORMAT } from '../realtime/web-socket-format.js';
import { encoded } from '../../test/support/frame-of.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { FlushWindow } from './flush-window.js';
import { Outbox, type OutboxOwner } from './outbox.js';
import { Outboxes } from './outboxes.js';
import type { Sink } from './sink.js';

const KIB = 1024;
const frame = (text: string) => Delivery.of({ type: 'checkpoint', cursor: text });
const large = () => frame('x'.repeat(64 * KIB));
const tick = () => new Promise((resolve) => setImmediate(resolve));

/** A TCP socket as a transport uses one. */
class SocketSink implements Sink {
  writable = true;
  readonly format = PROTOCOL_FORMAT;
  constructor(private readonly socket: Socket) {}
  get backlog(): number {
    return this.socket.writableLength;
  }
  get congested(): boolean {
    return this.socket.writableNeedDrain;
  }
  write(bytes: Buffer): void {
    this.socket.write(bytes);
  }
  onDrain(callback: () => void): void {
    this.socket.on('drain', callback);
  }
}

class Owner implements OutboxOwner, Holder {
  overflows = 0;
  outbox: Outbox | undefined;
  readonly account: Account;
  constructor(held: HeldBytes) {
    this.account = held.open(this);
  }
  get room(): number {
    return this.account.outboxRoom;
  }
  get outboxBytes(): number {
    return this.outbox?.held ?? 0;
  }
  get closed(): boolean {
    return this.overflows > 0;
  }
  relieve(): void {
    this.overflowed();
  }
  overflowed(): void {
    this.overflows += 1;
    if (this.overflows === 1) this.outbox?.close();
    else this.outbox?.destroy();
  }
}

describe('Outbox', () => {
  let server: Server;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    // Each tick ends with a flush here, however long the last one took.
    jest.spyOn(FlushWindow.prototype, 'wait').mockReturnValue(0);
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    jest.restoreAllMocks();
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
  });

  /** Two ends of a TCP connection, and the outbox that writes to the first. */
  async function open({ outboxes, held }: Pick<ReturnType<typeof outboxesOf>, 'outboxes' | 'held'>) {
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [socket] = (await once(server, 'connection')) as [Socket];
    sockets.push(client, socket);
    const owner = new Owner(held);
    const sink = new SocketSink(socket);
    const outbox = new Outbox(sink, owner, outboxes);
    owner.outbox = outbox;
    return { client, socket, sink, owner, outbox };
  }

  /** One after the other, or two would take the same connection for theirs. */
  async function openMany(count: number, all: Parameters<typeof open>[0]) {
    const peers: Awaited<ReturnType<typeof open>>[] = [];
    while (peers.length < count) peers.push(await open(all));
    return peers;
  }

  function audienceOf(peers: Awaited<ReturnType<typeof open>>[]): Audience {
    const audience = new Audience();
    peers.forEach(({ outbox }, n) =>
      audience.add({ id: `${n}`, send: (next) => outbox.send(next), join: (cohort) => outbox.join(cohort) }),
    );
    return audience;
  }

  function outboxesOf(limits: Partial<HeldLimits> = {}) {
    const metrics = new MetricsService();
    const held = new HeldBytes({ each: 32 * KIB * KIB, outbox: 16 * KIB * KIB, total: 512 * KIB * KIB, ...limits });
    return { metrics, held, outboxes: new Outboxes(held, metrics) };
  }

  async function received(client: Socket, bytes: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of client as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= bytes) break;
    }
    return Buffer.concat(chunks);
  }

  /** Sends until the kernel has long taken no more: its buffers grow a while. */
  async function block({ outbox }: { outbox: Outbox }, waiting = 512 * KIB): Promise<void> {
    while (outbox.waiting < waiting) {
      outbox.send(large());
      await tick();
    }
  }

  it('joins the frames of a tick into one write, in order', async () => {
    const { metrics, ...all } = outboxesOf();
    const { client, socket, outbox } = await open(all);
    const write = jest.spyOn(socket, 'write');
    const frames = ['a', 'b', 'c'].map(frame);
    for (const next of frames) outbox.send(next);
    expect(write).not.toHaveBeenCalled();
    const expected = Buffer.concat(frames.map((next) => encoded(next).bytes));
    expect(await received(client, expected.length)).toEqual(expected);
    expect(write).toHaveBeenCalledTimes(1);
    expect(metrics.framesSent.of('checkpoint').count).toBe(3);
  });

  it('hands several sockets the very same bytes', async () => {
    const all = outboxesOf();
    const peers = [await open(all), await open(all)];
    const writes = peers.map(({ socket }) => jest.spyOn(socket, 'write'));
    for (const next of [frame('a'), frame('b')]) for (const { outbox } of peers) outbox.send(next);
    await tick();
    expect(writes[0]?.mock.calls[0]?.[0]).toBe(writes[1]?.mock.calls[0]?.[0]);
  });

  it('writes to each of many what all are sent and what it is sent by itself, in order', async () => {
    const all = outboxesOf();
    const peers = await openMany(16, all);
    const audience = audienceOf(peers);
    const [one] = peers;
    const [a, b, own, c] = [frame('a'), frame('b'), frame('own'), frame('c')];
    audience.send(a);
    audience.send(b);
    one?.outbox.send(own);
    audience.send(c);
    const bytesOf = (frames: Delivery[]) => Buffer.concat(frames.map((next) => encoded(next).bytes));
    for (const peer of peers) {
      const expected = bytesOf(peer === one ? [a, b, own, c] : [a, b, c]);
      expect(await received(peer.client, expected.length)).toEqual(expected);
    }
  });

  it('hands many sockets the very same bytes of what all are sent', async () => {
    const { metrics, ...all } = outboxesOf();
    const peers = await openMany(16, all);
    const audience = audienceOf(peers);
    const writes = peers.map(({ socket }) => jest.spyOn(socket, 'write'));
    for (const text of ['a', 'b', 'c']) audience.send(frame(text));
    await tick();
    expect(new Set(writes.map(({ mock }) => mock.calls[0]?.[0])).size).toBe(1);
    expect(writes.every(({ mock }) => mock.calls.length === 1)).toBe(true);
    expect(metrics.framesSent.of('checkpoint').count).toBe(48);
  });

  it('closes the one of many that stops reading, at its bound, and delivers all to the others', async () => {
    const all = outboxesOf({ outbox: 256 * KIB });
    const peers = await openMany(16, all);
    const audience = audienceOf(peers);
    const [slow, ...healthy] = peers;
    for (const { client } of healthy) client.resume();
    const small = () => frame('x'.repeat(KIB));
    let most = 0;
    while (slow?.owner.overflows === 0) {
      for (let n = 0; n < 40; n++) {
        audience.send(small());
        most = Math.max(most, slow.outbox.held);
      }
      await tick();
    }
    expect(most).toBeGreaterThan(128 * KIB);
    expect(most).toBeLessThanOrEqual(256 * KIB);
    expect(healthy.filter(({ owner }) => owner.overflows > 0)).toEqual([]);
  });

  it('does not hold against one of many what one tick brings, however little may wait', async () => {
    const all = outboxesOf({ outbox: 8 * KIB });
    const peers = await openMany(16, all);
    const audience = audienceOf(peers);
    const frames = Array.from({ length: 40 }, () => frame('x'.repeat(KIB)));
    for (const next of frames) audience.send(next);
    const expected = Buffer.concat(frames.map((next) => encoded(next).bytes));
    for (const { client, owner } of peers) {
      expect(await received(client, expected.length)).toEqual(expected);
      expect(owner.overflows).toBe(0);
    }
  });

  it('writes what all were sent before one of them was closed, and nothing after', async () => {
    const all = outboxesOf();
    const peers = await openMany(16, all);
    const audience = audienceOf(peers);
    const [closed] = peers;
    const frames = ['a', 'b'].map(frame);
    for (const next of frames) audience.send(next);
    closed?.outbox.close();
    audience.send(frame('never'));
    await tick();
    closed?.socket.end();
    const expected = Buffer.concat(frames.map((next) => encoded(next).bytes));
    expect(closed && (await received(closed.client, Infinity))).toEqual(expected);
  });

  it('writes to nobody last each time', async () => {
    const all = outboxesOf();
    const peers = await openMany(3, all);
    const written: number[] = [];
    peers.forEach(({ socket }, n) => jest.spyOn(socket, 'write').mockImplementation(() => written.push(n) > 0));
    for (const next of [frame('a'), frame('b')]) {
      for (const { outbox } of peers) outbox.send(next);
      await tick();
    }
    expect(written).toEqual([0, 1, 2, 2, 1, 0]);
  });

  it('closes a reader that stops, and delivers to others meanwhile', async () => {
    const all = outboxesOf({ outbox: 256 * KIB });
    const [slow, healthy] = [await open(all), await open(all)];
    healthy.client.resume();
    while (slow.owner.overflows === 0) {
      const next = large();
      slow.outbox.send(next);
      healthy.outbox.send(next);
      await tick();
    }
    expect(healthy.owner.overflows).toBe(0);
    slow.outbox.send(frame('after'));
    expect(slow.owner.overflows).toBe(1);
  });

  it('does not hold against a reader what one tick brings, however much', async () => {
    const all = outboxesOf({ outbox: 32 * KIB });
    const { client, owner, outbox } = await open(all);
    const big = large();
    outbox.send(big);
    expect(await received(client, encoded(big).bytes.length)).toHaveLength(encoded(big).bytes.length);
    expect(owner.overflows).toBe(0);
  });

  it('closes the largest outbox when all together hold too much', async () => {
    const all = outboxesOf({ total: 4 * KIB * KIB });
    const [larger, smaller] = [await open(all), await open(all)];
    await block(larger);
    await block(smaller);
    for (let n = 0; n < 4; n++) larger.outbox.send(large());
    while (larger.owner.overflows + smaller.owner.overflows === 0) {
      (larger.outbox.waiting > smaller.outbox.waiting + 256 * KIB ? smaller : larger).outbox.send(
        frame('x'.repeat(KIB)),
      );
    }
    expect([larger.owner.overflows, smaller.owner.overflows]).toEqual([1, 0]);
  });

  it('holds no more than may wait for all together, however many outboxes it is in', async () => {
    const limit = 2 * KIB * KIB;
    const { metrics, ...all } = outboxesOf({ total: limit });
    const peers = await openMany(24, all);
    // Little enough in each that it is written when the outbox is closed.
    for (const peer of peers) await block(peer, 96 * KIB);
    let most = 0;
    for (let n = 0; n < 200; n++) {
      const message = frame('x'.repeat(KIB));
      for (const { outbox } of peers) outbox.send(message);
      most = Math.max(most, await metrics.outboxBytes.value());
    }
    expect(most).toBeGreaterThan(limit / 2);
    expect(most).toBeLessThan(1.2 * limit);
    const hit = peers.filter(({ owner }) => owner.overflows > 0).length;
    expect(hit).toBeGreaterThan(0);
    expect(hit).toBeLessThan(peers.length);
  });

  it('lets bulk senders go on when the reader has caught up', async () => {
    const { metrics, ...all } = outboxesOf();
    const peer = await open(all);
    await peer.outbox.drained();
    await block(peer);
    peer.outbox.send(large());
    expect(await metrics.outboxBytes.value()).toBe(peer.outbox.waiting);
    let settled = false;
    const drained = peer.outbox.drained().then(() => (settled = true));
    await tick();
    expect(settled).toBe(false);
    peer.client.resume();
    await drained;
    expect(peer.outbox.waiting).toBeLessThanOrEqual(64 * KIB);
  });

  it('closes a reader for whom bulk senders wait, and who takes nothing for a minute', async () => {
    const all = outboxesOf();
    const [stalled, slow] = [await open(all), await open(all)];
    await block(stalled);
    await block(slow);
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] });
    try {
      const drained = [stalled.outbox.drained(), slow.outbox.drained()];
      jest.advanceTimersByTime(59_000);
      const taken = once(slow.socket, 'drain');
      slow.client.resume();
      await taken;
      expect([stalled.owner.overflows, slow.owner.overflows]).toEqual([0, 0]);
      jest.advanceTimersByTime(1_000);
      expect([stalled.owner.overflows, slow.owner.overflows]).toEqual([1, 0]);
      await Promise.all(drained);
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });

  it('forgets what waits for a socket that is gone', async () => {
    const { metrics, ...all } = outboxesOf();
    const peer = await open(all);
    await block(peer);
    peer.outbox.send(large());
    const drained = peer.outbox.drained();
    peer.outbox.destroy();
    await drained;
    expect(await metrics.outboxBytes.value()).toBe(0);
  });

  it('writes what it was sent before it was closed, and nothing after', async () => {
    const all = outboxesOf();
    const { client, socket, outbox } = await open(all);
    const last = frame('last');
    outbox.send(last);
    outbox.close();
    outbox.send(frame('never'));
    await tick();
    socket.end();
    expect(await received(client, Infinity)).toEqual(encoded(last).bytes);
  });

  it('writes nothing behind the close frame of its WebSocket', async () => {
    const all = outboxesOf();
    const { client, socket, sink, outbox } = await open(all);
    outbox.send(frame('a'));
    sink.writable = false;
    await tick();
    socket.end();
    expect(await received(client, Infinity)).toHaveLength(0);
  });
});
