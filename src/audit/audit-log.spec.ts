import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Config } from '../config/config.js';
import { ConfigError } from '../config/load-config.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { AuditLog } from './audit-log.js';

describe('AuditLog', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'audit-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const open = (auditLog: string) => new AuditLog(Object.assign(new Config(), { auditLog }), new MetricsService());

  async function linesOf(file: string, count: number): Promise<Record<string, unknown>[]> {
    for (;;) {
      const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
      if (lines.length >= count) return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it('appends lines of JSON with a time to a file that only its owner reads', async () => {
    const file = join(folder, 'audit.jsonl');
    open(file).record({ event: 'key_refused', address: '192.0.2.1', use: 'API' });
    await linesOf(file, 1);
    open(file).record({ event: 'resync_requested', by: 'service', topic: 'messages' });
    expect(await linesOf(file, 2)).toEqual([
      { time: expect.stringMatching(/^\d{4}-.*Z$/), event: 'key_refused', address: '192.0.2.1', use: 'API' },
      { time: expect.any(String), event: 'resync_requested', by: 'service', topic: 'messages' },
    ]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('writes so many of a kind, hides no other kind behind them, and counts what it left out', async () => {
    const file = join(folder, 'audit.jsonl');
    const log = open(file);
    for (let n = 0; n < 1_000; n++) log.record({ event: 'key_refused', address: '192.0.2.1', use: 'API' });
    log.record({ event: 'resync_requested', by: 'service', topic: 'messages' });
    log.onApplicationShutdown();
    const lines = await linesOf(file, 102);
    expect(lines.filter(({ event }) => event === 'key_refused')).toHaveLength(100);
    expect(lines.slice(100)).toEqual([
      expect.objectContaining({ event: 'resync_requested' }),
      expect.objectContaining({ event: 'suppressed', counts: { key_refused: 900 } }),
    ]);
  });

  it('does not start with a file that it can not write to', () => {
    expect(() => open(join(folder, 'no/such/folder'))).toThrow(ConfigError);
    expect(() => open(folder)).toThrow(/^AUDIT_LOG/);
  });
});
