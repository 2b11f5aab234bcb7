import { describe, expect, it } from '@jest/globals';
import { DateTime, RecordId } from 'surrealdb';
import type { EncodedFrame } from '../delivery/encoded-frame.js';
import { Change, type ChangeParts } from '../surreal/changes/change.js';
import { EventEncoder } from './event-encoder.js';

const id = new RecordId('notes', 'a-b');
const row = { id, text: 'hi', author: { name: 'Ann', at: new DateTime('2026-01-01T00:00:00Z') } };

function change(parts: Partial<ChangeParts> = {}): Change {
  return new Change({
    table: 'notes',
    id,
    action: 'UPDATE',
    after: row,
    previous: { kind: 'unknown' },
    cursor: 'db-7-0',
    time: Date.UTC(2026, 0, 1),
    ...parts,
  });
}

function jsonOf({ bytes }: EncodedFrame): unknown {
  return JSON.parse(bytes.subarray(bytes.indexOf('{')).toString());
}

const encoder = new EventEncoder('no"tes');
const common = {
  type: 'event',
  topic: 'no"tes',
  stream: 's1',
  action: 'UPDATE',
  cursor: 'db-7-0',
  time: '2026-01-01T00:00:00.000Z',
};

describe('EventEncoder', () => {
  it('tells a whole record', () => {
    const data = { id: 'notes:⟨a-b⟩', text: 'hi', author: { name: 'Ann', at: '2026-01-01T00:00:00.000Z' } };
    expect(jsonOf(encoder.event(change(), 's1', undefined))).toEqual({ ...common, data });
  });

  it('tells selected fields and a transition', () => {
    const data = { id: 'notes:⟨a-b⟩', author: { name: 'Ann' } };
    const frame = encoder.event(change(), 's1', [['author', 'name']], 'enter');
    expect(jsonOf(frame)).toEqual({ ...common, data, transition: 'enter' });
  });

  it('tells only the id', () => {
    const data = { id: 'notes:⟨a-b⟩' };
    expect(jsonOf(encoder.idEvent(change(), 's1', 'leave'))).toEqual({ ...common, data, transition: 'leave' });
    const deleted = jsonOf(encoder.idEvent(change({ action: 'DELETE' }), 's1'));
    expect(deleted).toEqual({ ...common, action: 'DELETE', data, known: 'id' });
  });

  it('tells what a deleted record was', () => {
    const { after: _, ...parts } = { after: row, id, table: 'notes', cursor: 'db-7-0', time: Date.UTC(2026, 0, 1) };
    const deleted = new Change({ ...parts, action: 'DELETE', previous: { kind: 'row', row } });
    const frame = encoder.event(deleted, 's1', [['text']]);
    expect(jsonOf(frame)).toEqual({ ...common, action: 'DELETE', data: { id: 'notes:⟨a-b⟩', text: 'hi' } });
  });

  it('never takes the data of one change or selection for that of another', () => {
    const first = change();
    const second = change({ after: { id, text: 'ho' } });
    const texts = [
      encoder.event(first, 's1', [['text']]),
      encoder.event(second, 's2', [['text']]),
      encoder.event(second, 's3', [['author']]),
      encoder.event(first, 's4', [['text']]),
    ].map((frame) => (jsonOf(frame) as { data: { text?: string } }).data.text);
    expect(texts).toEqual(['hi', 'ho', undefined, 'hi']);
  });
});
