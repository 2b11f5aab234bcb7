import { describe, expect, it } from '@jest/globals';
import { DateTime, RecordId } from 'surrealdb';
import { frameOf as jsonOf } from '../../test/support/frame-of.js';
import { Change, type ChangeParts } from '../surreal/changes/change.js';
import { omitPath } from '../values/path.js';
import { EventEncoder, type RowShape } from './event-encoder.js';

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

const encoder = new EventEncoder('no"tes');
const common = {
  type: 'event',
  topic: 'no"tes',
  stream: 's1',
  action: 'UPDATE',
  cursor: 'db-7-0',
  time: '2026-01-01T00:00:00.000Z',
};

/** Shapes of rows under rights that hide no field. */
const whole: RowShape = { rightsKey: '' };
const only = (fields: RowShape['fields']): RowShape => ({ ...whole, ...(fields && { fields }) });

describe('EventEncoder', () => {
  it('tells a whole record', () => {
    const data = { id: 'notes:⟨a-b⟩', text: 'hi', author: { name: 'Ann', at: '2026-01-01T00:00:00.000Z' } };
    expect(jsonOf(encoder.event(change(), 's1', whole))).toEqual({ ...common, data });
  });

  it('tells selected fields and a transition', () => {
    const data = { id: 'notes:⟨a-b⟩', author: { name: 'Ann' } };
    const frame = encoder.event(change(), 's1', only([['author', 'name']]), 'enter');
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
    const frame = encoder.event(deleted, 's1', only([['text']]));
    expect(jsonOf(frame)).toEqual({ ...common, action: 'DELETE', data: { id: 'notes:⟨a-b⟩', text: 'hi' } });
  });

  it('leaves out what is not the receivers’ to see, under their rights alone', () => {
    const told = change();
    const masked: RowShape = { rightsKey: 'k', mask: (full) => omitPath(full, ['text']) };
    const dataOf = (shape: RowShape) => (jsonOf(encoder.event(told, 's1', shape)) as { data: object }).data;
    const all = [dataOf(whole), dataOf(masked), dataOf({ ...masked, rightsKey: 'other', mask: (full) => full })];
    expect(all.map((data) => Object.hasOwn(data, 'text'))).toEqual([true, false, true]);
  });

  it('never takes the data of one change or selection for that of another', () => {
    const first = change();
    const second = change({ after: { id, text: 'ho' } });
    const texts = [
      encoder.event(first, 's1', only([['text']])),
      encoder.event(second, 's2', only([['text']])),
      encoder.event(second, 's3', only([['author']])),
      encoder.event(first, 's4', only([['text']])),
    ].map((frame) => (jsonOf(frame) as { data: { text?: string } }).data.text);
    expect(texts).toEqual(['hi', 'ho', undefined, 'hi']);
  });
});
