import { expect, it } from '@jest/globals';
import { RecordId } from 'surrealdb';
import { recordIdText } from '../src/values/record-id-text.js';
import { recordText } from './record-text.js';

it.each([
  ['messages', 'm1'],
  ['messages', '123'],
  ['messages', 'a-b'],
  ['my table', 'a⟩b'],
  ['messages', '_'],
])('tells the record %s, %s as the service does', (table, id) => {
  expect(recordText(table, id)).toBe(recordIdText(new RecordId(table, id)));
});
