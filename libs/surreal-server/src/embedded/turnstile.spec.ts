import { expect, it } from '@jest/globals';
import { Turnstile } from './turnstile.js';

/** Calls that note when they start and end when told to. */
function recorder() {
  const log: string[] = [];
  const ends = new Map<string, () => void>();
  const call = (name: string) => (): Promise<void> => {
    log.push(name);
    return new Promise((resolve) => ends.set(name, resolve));
  };
  return { log, call, end: (name: string) => ends.get(name)?.() };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('runs shared calls beside each other', async () => {
  const { log, call } = recorder();
  const turnstile = new Turnstile();
  void turnstile.shared(call('a'));
  void turnstile.shared(call('b'));
  await settle();
  expect(log).toEqual(['a', 'b']);
});

it('lets a call that runs alone wait for earlier ones, and later ones for it', async () => {
  const { log, call, end } = recorder();
  const turnstile = new Turnstile();
  void turnstile.shared(call('query'));
  void turnstile.alone(call('sign out'));
  void turnstile.shared(call('late query'));
  await settle();
  expect(log).toEqual(['query']);
  end('query');
  await settle();
  expect(log).toEqual(['query', 'sign out']);
  end('sign out');
  await settle();
  expect(log).toEqual(['query', 'sign out', 'late query']);
});

it('goes on after a call that fails', async () => {
  const turnstile = new Turnstile();
  const failed = turnstile.alone(() => Promise.reject(new Error('no')));
  await expect(failed).rejects.toThrow('no');
  await expect(turnstile.alone(() => Promise.resolve(1))).resolves.toBe(1);
  await expect(turnstile.shared(() => Promise.resolve(2))).resolves.toBe(2);
});
