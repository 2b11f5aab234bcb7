import { describe, expect, it } from '@jest/globals';
import { MetricsService } from './metrics.service.js';

async function lineOf(metrics: MetricsService, start: string): Promise<string | undefined> {
  return (await metrics.exposition()).split('\n').find((line) => line.startsWith(start));
}

describe('MetricsService', () => {
  it.each([
    'edge_hive_connections gauge',
    'edge_hive_frames_received_total counter',
    'edge_hive_frames_sent_total counter',
    'edge_hive_event_latency_seconds histogram',
    'edge_hive_feed_lag_seconds gauge',
    'edge_hive_late_changes_total counter',
    'edge_hive_resyncs_total counter',
    'nodejs_eventloop_lag_p99_seconds gauge',
  ])('exposes %s', async (name) => {
    expect(await new MetricsService().exposition()).toContain(`# TYPE ${name}\n`);
  });

  it('counts frames by type, once each however often it is scraped', async () => {
    const metrics = new MetricsService();
    metrics.framesSent.inc('event', 3);
    metrics.framesSent.of('event').count += 2;
    await metrics.exposition();
    expect(await lineOf(metrics, 'edge_hive_frames_sent_total{type="event"}')).toMatch(/ 5$/);
  });

  it('counts frame types that clients made up as one', async () => {
    const metrics = new MetricsService();
    metrics.framesReceived.inc('ping');
    for (let n = 0; n < 1_000; n++) metrics.framesReceived.inc(`made-up-${n}`);
    const lines = (await metrics.exposition()).split('\n').filter((line) => line.includes('frames_received_total{'));
    expect(lines).toEqual([
      'edge_hive_frames_received_total{type="ping"} 1',
      'edge_hive_frames_received_total{type="other"} 1000',
    ]);
  });

  it('bounds the topics that latency and changes are told by', async () => {
    const metrics = new MetricsService();
    for (let n = 0; n < 300; n++) {
      metrics.eventLatency.observe(`topic_${n}`, 0.004);
      metrics.changes.inc(`topic_${n}`);
    }
    expect(await lineOf(metrics, 'edge_hive_event_latency_seconds_count{topic="topic_199"}')).toMatch(/ 1$/);
    expect(await lineOf(metrics, 'edge_hive_event_latency_seconds_count{topic="other"}')).toMatch(/ 100$/);
    expect(await lineOf(metrics, 'edge_hive_changes_total{topic="other"}')).toMatch(/ 100$/);
  });

  it('sorts latencies into buckets from one millisecond to ten seconds', async () => {
    const metrics = new MetricsService();
    for (const seconds of [-1, 0.0005, 9, 11]) metrics.eventLatency.observe('messages', seconds);
    const bucket = (le: string) =>
      lineOf(metrics, `edge_hive_event_latency_seconds_bucket{le="${le}",topic="messages"}`);
    expect(await bucket('0.001')).toMatch(/ 2$/);
    expect(await bucket('10')).toMatch(/ 3$/);
    expect(await bucket('+Inf')).toMatch(/ 4$/);
  });

  it('reads a level from its owner when scraped', async () => {
    const metrics = new MetricsService();
    let bytes = 1;
    metrics.outboxBytes.readFrom(() => bytes);
    bytes = 42;
    expect(await lineOf(metrics, 'edge_hive_outbox_bytes')).toBe('edge_hive_outbox_bytes 42');
    expect(await metrics.outboxBytes.value()).toBe(42);
  });

  it('keeps the figures of two applications in one process apart', async () => {
    const [one, other] = [new MetricsService(), new MetricsService()];
    one.connections.inc();
    expect(await one.connections.value()).toBe(1);
    expect(await other.connections.value()).toBe(0);
  });
});
