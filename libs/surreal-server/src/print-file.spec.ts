import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { fstatSync, writeSync } from 'node:fs';
import { PrintFile } from './print-file.js';

const stamp = '[/surrealdb-core-3.0.2/src/kvs/timestamp.rs:272:18] self.0.to_be_bytes() = [\n    1,\n    162,\n]\n';
let file: PrintFile;

beforeEach(() => {
  file = PrintFile.open();
});

afterEach(() => {
  file.close();
});

const print = (text: string): unknown => writeSync(file.fd, text);

it('hands each line on once, without changefeed stamps', () => {
  print(`first\n${stamp}second\n`);
  expect(file.take()).toEqual(['first', 'second']);
  print(`${stamp}third\n`);
  expect(file.take()).toEqual(['third']);
  expect(file.take()).toEqual([]);
});

it('waits for the end of a line', () => {
  print('first\nsec');
  expect(file.take()).toEqual([]);
  print('ond\n');
  expect(file.take()).toEqual(['first', 'second']);
});

it('is emptied once it is read', () => {
  print(stamp.repeat(1_000));
  file.take();
  expect(fstatSync(file.fd).size).toBe(0);
});

it('is emptied in the middle of a line when it has grown large', () => {
  print('x'.repeat(1024 * 1024));
  expect(file.take()).toHaveLength(1);
  expect(fstatSync(file.fd).size).toBe(0);
});

it('hands on at its end what broke off', () => {
  const ending = PrintFile.open();
  writeSync(ending.fd, `${stamp}thread panicked\nabor`);
  expect(ending.close()).toEqual(['thread panicked', 'abor']);
});
