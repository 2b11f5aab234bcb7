import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Config } from '../config/config.js';
import { HeartbeatWheel, type Beat, type Pulse } from './heartbeat-wheel.js';

/** Milliseconds between two ticks, at least. */
const SHORTEST_TICK = 10;

/** Ticks of the shorter of interval and timeout, and of the longer one, at most. */
const SHORTER_TICKS = 100;
const LONGER_TICKS = 2_000;

/** Pings every connection each interval, and tells those from which nothing came within the timeout. */
@Injectable()
export class Heartbeat implements OnModuleInit, OnApplicationShutdown {
  private readonly wheel: HeartbeatWheel;
  private readonly tickMs: number;
  private timer: NodeJS.Timeout | undefined;

  constructor({ heartbeatIntervalMs: interval, heartbeatTimeoutMs: timeout }: Config) {
    const tick = Math.max(Math.min(interval, timeout) / SHORTER_TICKS, Math.max(interval, timeout) / LONGER_TICKS);
    this.tickMs = Math.max(SHORTEST_TICK, Math.round(tick));
    this.wheel = new HeartbeatWheel(this.ticks(interval), this.ticks(timeout));
  }

  onModuleInit(): void {
    this.timer = setInterval(() => this.wheel.advance(), this.tickMs).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  watch(pulse: Pulse): Beat {
    return this.wheel.watch(pulse);
  }

  forget(beat: Beat): void {
    this.wheel.forget(beat);
  }

  private ticks(milliseconds: number): number {
    return Math.max(1, Math.round(milliseconds / this.tickMs));
  }
}
