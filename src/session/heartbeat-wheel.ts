/** What the wheel watches: a connection. */
export interface Pulse {
  /** Grows with everything that comes. */
  readonly bytesReceived: number;
  ping(): void;
  missed(): void;
}

/** One connection's place on the wheel. */
export interface Beat {
  readonly pulse: Pulse;
  slot: Set<Beat>;
  pingAt: number;
  /** Tick by which something has to come. */
  deadline: number;
  received: number;
}

/**
 * A timing wheel: each tick looks at one slot, so that ten thousand connections are pinged all over the interval and not
 * in one burst. Time is counted in ticks: a process that was frozen, or is late, doesn't hold its pause against anyone.
 */
export class HeartbeatWheel {
  private readonly slots: Set<Beat>[];
  private tick = 0;
  private watched = 0;

  /** Both in ticks, at least 1. */
  constructor(
    private readonly interval: number,
    private readonly timeout: number,
  ) {
    this.slots = Array.from({ length: Math.max(interval, timeout) + 1 }, () => new Set<Beat>());
  }

  /** The first pings are dealt evenly over the interval, however many connect at once. */
  watch(pulse: Pulse): Beat {
    const pingAt = this.tick + 1 + (this.watched++ % this.interval);
    const beat: Beat = { pulse, slot: this.slotAt(pingAt), pingAt, deadline: Infinity, received: 0 };
    beat.slot.add(beat);
    return beat;
  }

  forget(beat: Beat): void {
    beat.slot.delete(beat);
  }

  advance(): void {
    this.tick += 1;
    const due = [...this.slotAt(this.tick)];
    for (const beat of due) this.visit(beat);
  }

  private visit(beat: Beat): void {
    const { pulse } = beat;
    if (pulse.bytesReceived !== beat.received) beat.deadline = Infinity;
    if (this.tick >= beat.deadline) {
      this.forget(beat);
      pulse.missed();
      return;
    }
    if (this.tick >= beat.pingAt) {
      beat.received = pulse.bytesReceived;
      beat.pingAt = this.tick + this.interval;
      beat.deadline = Math.min(beat.deadline, this.tick + this.timeout);
      pulse.ping();
    }
    beat.slot.delete(beat);
    beat.slot = this.slotAt(Math.min(beat.pingAt, beat.deadline));
    beat.slot.add(beat);
  }

  private slotAt(tick: number): Set<Beat> {
    const slot = this.slots[tick % this.slots.length];
    if (!slot) throw new RangeError(`The wheel has no tick ${tick}.`);
    return slot;
  }
}
