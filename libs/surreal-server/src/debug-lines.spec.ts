import { expect, it } from '@jest/globals';
import { isDebugLine } from './debug-lines.js';

it.each([
  ['[/home/runner/surrealdb-core-3.0.2/src/kvs/timestamp.rs:272:18] self.0.to_be_bytes() = [', true],
  ['    249,', true],
  [']', true],
  ['2,', true],
  ['', true],
  ["thread 'tokio-runtime-worker' panicked at /home/runner/surrealdb-core-3.0.2/src/kvs/timestamp.rs:272:18:", false],
  ['free(): invalid pointer', false],
  ['3 live queries of a killed run', false],
])('%p: debug line %p', (line, expected) => {
  expect(isDebugLine(line)).toBe(expected);
});
