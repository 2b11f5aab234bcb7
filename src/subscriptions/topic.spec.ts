import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RecordId } from 'surrealdb';
import { Recorder } from '../../test/support/recorder.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { Change } from '../surreal/changes/change.js';
import { AskedChanges } from './asked/asked-changes.js';
import type { RowAsker } from './asked/row-asker.js';
import { ChangeLog } from './change-log.js';
import { streamSpec } from './stream-spec.js';
import type { Stream } from './stream.js';
import { Topic } from './topic.js';

const TABLE = 'notes';

describe('Topic', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('takes the cursors of one stream for good no more when its resync was put off, and those of no other', () => {
    const log = new ChangeLog(1_000_000);
    const topic = new Topic(TABLE, new MetricsService(), log, new AskedChanges(TABLE, {} as RowAsker, () => undefined));
    log.append(created());
    const [delivered, other] = [open(topic, 'a'), open(topic, 'b')];
    delivered.resync('unknown_state');
    delivered.resync('unknown_state');
    jest.advanceTimersByTime(5_000);
    const position = log.behind('c') ?? 0;
    expect([delivered, other].map(({ spec }) => log.unbroken(TABLE, spec.key, { position }))).toEqual([false, true]);
  });
});

function open(topic: Topic, room: string): Stream {
  const spec = streamSpec({ topic: TABLE, filter: { room } }, {}, { conditions: 16, depth: 4 });
  const stream = topic.stream(spec, () => room);
  stream.subscribers.add(new Recorder());
  return stream;
}

function created(): Change {
  const id = new RecordId(TABLE, 1);
  const previous = { kind: 'absent' } as const;
  return new Change({ table: TABLE, id, action: 'CREATE', after: { id }, previous, cursor: 'c', time: 0 });
}
