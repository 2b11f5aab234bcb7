import { CLOSE_CODES } from '@edge-hive/protocol';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { AuditLog } from '../audit/audit-log.js';
import { loadConfig } from '../config/load-config.js';
import type { Content } from '../delivery/content.js';
import { Delivery } from '../delivery/delivery.js';
import { HeldBytes } from '../delivery/held-bytes.js';
import type { Subscription } from '../delivery/subscriptions.js';
import type { WireFormat } from '../delivery/wire-format.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { Outboxes } from '../outbox/outboxes.js';
import type { ReceivedFrame } from './command-queue.js';
import { HeartbeatWheel } from './heartbeat-wheel.js';
import { Session, type SessionContext } from './session.js';
import type { Transport } from './transport.js';

const OUTBOX_BYTES = 16 * 1024;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Says what type was delivered, and nothing else. */
class TypeFormat implements WireFormat {
  write({ type }: Content): Buffer | undefined {
    return type === 'checkpoint' ? undefined : Buffer.from(`${type};`.padEnd(type === 'resync' ? 4_096 : 0));
  }
}
const FORMAT = new TypeFormat();

/** A transport that is no socket: what is written is kept, and done is what is told. */
class MemoryTransport implements Transport {
  readonly format = FORMAT;
  readonly written: Buffer[] = [];
  readonly done: string[] = [];
  writable = true;
  backlog = 0;
  congested = false;
  bytesReceived = 0;
  private gone: (code: number) => void = () => undefined;

  get text(): string {
    return Buffer.concat(this.written).toString();
  }
  write(bytes: Buffer): void {
    this.written.push(bytes);
    if (this.congested) this.backlog += bytes.length;
  }
  onDrain(): void {
    this.done.push('onDrain');
  }
  ping(): void {
    this.done.push('ping');
  }
  pause(): void {
    this.done.push('pause');
  }
  resume(): void {
    this.done.push('resume');
  }
  close(code: number): void {
    this.done.push(`close ${code}`);
  }
  terminate(): void {
    this.done.push('terminate');
  }
  whenGone(callback: (code: number) => void): void {
    this.gone = callback;
  }
  leave(code: number): void {
    this.gone(code);
  }
}

describe('Session', () => {
  let context: SessionContext;
  let served: string[];
  let finish: (() => void)[];

  beforeEach(() => {
    const config = loadConfig({ JWT_SECRET: 'x'.repeat(64), LIMIT_OUTBOX_BYTES: `${OUTBOX_BYTES}` });
    const metrics = new MetricsService();
    const held = new HeldBytes({ each: 1e8, outbox: OUTBOX_BYTES, total: 1e9 });
    context = { config, held, metrics, outboxes: new Outboxes(held, metrics), audit: new AuditLog(config, metrics) };
    served = [];
    finish = [];
  });

  function open(transport = new MemoryTransport()) {
    const serve = (_: Session, { data }: ReceivedFrame) => {
      served.push(data.toString());
      return new Promise<void>((resolve) => finish.push(resolve));
    };
    const session = new Session(transport, { address: '10.0.0.1', local: true }, { serve }, context);
    transport.whenGone((code) => session.gone(code));
    return { transport, session };
  }

  /** The code that a subscription finds when it is released. */
  function watchRelease(session: Session): (number | undefined)[] {
    const codes: (number | undefined)[] = [];
    const release = () => void codes.push(session.closeCode);
    session.subscriptions.add({ stream: 's', target: { topic: 't' }, bytes: 1, release } satisfies Subscription);
    return codes;
  }

  it('writes what is delivered in the format of its transport, the very same bytes for all', async () => {
    const [one, other] = [open(), open()];
    const deliveries = [Delivery.of({ type: 'pong', time: '' }), Delivery.of({ type: 'checkpoint', cursor: '' })];
    for (const delivery of deliveries) for (const { session } of [one, other]) session.send(delivery);
    await turn();
    expect(one.transport.text).toBe('pong;');
    expect(one.transport.written[0]).toBe(other.transport.written[0]);
  });

  it('is closed when its client is too slow, and releases its subscriptions after the delivery', async () => {
    const { transport, session } = open();
    const codes = watchRelease(session);
    transport.congested = true;
    const delivery = Delivery.of({ type: 'resync', stream: 's', reason: 'late' });
    for (let n = 0; n < 10 && !session.closed; n += 1) {
      session.send(delivery);
      await turn();
    }
    expect(transport.done).toContain(`close ${CLOSE_CODES.SLOW_CONSUMER}`);
    expect(codes).toEqual([CLOSE_CODES.SLOW_CONSUMER]);
  });

  it.each([1000, 1001, 1006])('says that its client closed it with %d', async (code) => {
    const { transport, session } = open();
    const codes = watchRelease(session);
    transport.leave(code);
    expect(session.closed).toBe(true);
    expect(codes).toEqual([]);
    await turn();
    expect(codes).toEqual([code]);
  });

  it('says its own code where it closed first', async () => {
    const { transport, session } = open();
    const codes = watchRelease(session);
    session.close(CLOSE_CODES.FORBIDDEN, 'for a reason');
    transport.leave(1006);
    await turn();
    expect(codes).toEqual([CLOSE_CODES.FORBIDDEN]);
    expect(transport.done).toEqual([`close ${CLOSE_CODES.FORBIDDEN}`]);
  });

  it('is pinged, and closed when nothing comes; terminated when it takes no close', () => {
    for (const [writable, end] of [
      [true, `close ${CLOSE_CODES.HEARTBEAT_MISSED}`],
      [false, 'terminate'],
    ] as const) {
      const { transport, session } = open();
      const wheel = new HeartbeatWheel(4, 2);
      wheel.watch(session);
      transport.writable = writable;
      for (let n = 0; n < 4; n += 1) wheel.advance();
      expect(transport.done).toEqual(['ping', end]);
    }
  });

  it('serves one command after the other, and reads no more while too many wait', async () => {
    const { transport, session } = open();
    for (let n = 0; n < 3; n += 1) session.inbox.receive(Buffer.from(`${n}`), false);
    expect(transport.done).toEqual([]);
    session.inbox.receive(Buffer.alloc(context.config.limitFrameBytes), false);
    expect(served).toEqual(['0']);
    expect(transport.done).toEqual(['pause']);
    expect(session.bytesReceived).toBeNaN();
    session.close(CLOSE_CODES.RESTARTING, 'restarting');
    expect(transport.done).toEqual(['pause', 'resume', `close ${CLOSE_CODES.RESTARTING}`]);
    finish[0]?.();
    await turn();
    expect(served).toEqual(['0']);
  });

  it('is closed for commands far beyond its rate', () => {
    const { transport, session } = open();
    for (let n = 0; n < 10_000 && !session.closed; n += 1) session.inbox.receive(Buffer.from('x'), false);
    expect(transport.done).toContain(`close ${CLOSE_CODES.RATE_LIMITED}`);
  });
});
