import type { Writable } from 'node:stream';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Config } from '../config/config.js';
import { LimitedLog } from '../errors/limited-log.js';
import { MetricsService } from '../metrics/metrics.service.js';
import type { AuditEvent, AuditKind } from './audit-event.js';
import { auditLine } from './audit-line.js';
import { openAuditTarget } from './audit-target.js';

/** Lines of one kind in a period: clients can cause events at will, and one kind must not hide the others. */
const LINES = 100;
const PERIOD_MS = 10_000;
/** Bytes that may wait for a target that takes none. */
const WAITING_BYTES = 1024 * 1024;

/**
 * Tells what happened and to whom, as JSON lines, where `AUDIT_LOG` says. Of each kind there are so many lines in ten seconds;
 * how many were left out is told in the line behind.
 */
@Injectable()
export class AuditLog implements OnModuleInit, OnApplicationShutdown {
  private readonly log = new LimitedLog(AuditLog.name);
  private readonly target: Writable | undefined;
  private readonly written = new Map<AuditKind, number>();
  private readonly suppressed = new Map<AuditKind, number>();
  private timer: NodeJS.Timeout | undefined;

  /** @throws ConfigError for a file that can't be written to */
  constructor(
    { auditLog }: Config,
    private readonly metrics: MetricsService,
  ) {
    if (auditLog === '') return;
    this.target = openAuditTarget(auditLog);
    this.target.on('error', (error) => this.log.error('The audit log could not be written.', error));
  }

  onModuleInit(): void {
    if (this.target) this.timer = setInterval(() => this.beginPeriod(), PERIOD_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
    this.beginPeriod();
  }

  record(event: AuditEvent): void {
    const kind = event.event;
    this.metrics.auditEvents.inc(kind);
    if (!this.target) return;
    const lines = this.written.get(kind) ?? 0;
    if (lines >= LINES || this.target.writableLength > WAITING_BYTES) {
      this.suppressed.set(kind, (this.suppressed.get(kind) ?? 0) + 1);
      return;
    }
    this.written.set(kind, lines + 1);
    this.write(event);
  }

  private beginPeriod(): void {
    this.written.clear();
    if (this.suppressed.size === 0) return;
    this.write({ event: 'suppressed', counts: Object.fromEntries(this.suppressed) });
    this.suppressed.clear();
  }

  private write(entry: object): void {
    this.target?.write(auditLine({ time: new Date().toISOString(), ...entry }));
  }
}
