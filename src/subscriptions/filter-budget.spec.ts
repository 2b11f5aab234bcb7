import { describe, expect, it } from '@jest/globals';
import { Recorder } from '../../test/support/recorder.js';
import type { Owner } from '../delivery/subscriber.js';
import { FilterBudget } from './filter-budget.js';

class Client extends Recorder {
  constructor(readonly owner: Owner) {
    super();
  }
}

const principal = (name: string) => new Client({ kind: 'principal', name });
const stranger = (name: string) => new Client({ kind: 'address', name });
const weight = (bytes: number) => ({ bytes, scans: 0 });
const scanning = (scans: number) => ({ bytes: 0, scans });
const LIMITS = {
  connection: { bytes: 100, scans: 10 },
  owner: { bytes: 150, scans: 15, matches: 3 },
  total: { bytes: 400, scans: 40, matches: 12 },
};

function refusal(whose: string): unknown {
  return expect.objectContaining({
    code: 'LIMIT_EXCEEDED',
    message: expect.stringMatching(new RegExp(`^filter: those of ${whose} `)) as unknown,
  });
}

describe('FilterBudget', () => {
  it('bounds what the filters of one connection take, until they are released', () => {
    const budget = new FilterBudget(LIMITS);
    const client = principal('a');
    const release = budget.take(client, weight(60));
    budget.take(client, weight(40));
    expect(() => budget.take(client, weight(1))).toThrow(refusal('this connection'));
    expect(budget.bytes).toBe(100);
    release();
    budget.take(client, weight(60));
    expect(budget.bytes).toBe(100);
  });

  it('bounds what those of one principal take over all of its connections', () => {
    const budget = new FilterBudget(LIMITS);
    budget.take(principal('a'), weight(80));
    budget.take(principal('a'), weight(70));
    expect(() => budget.take(principal('a'), weight(1))).toThrow(refusal('one principal'));
    expect(() => budget.take(principal('b'), weight(80))).not.toThrow();
    // The name of a principal can look like an address.
    expect(() => budget.take(stranger('a'), weight(80))).not.toThrow();
  });

  it('bounds those without a token by address, and all of them together to half of the sum', () => {
    const budget = new FilterBudget(LIMITS);
    budget.take(stranger('1.1.1.1'), weight(75));
    budget.take(stranger('1.1.1.1'), weight(75));
    expect(() => budget.take(stranger('1.1.1.1'), weight(1))).toThrow(refusal('one address without a token'));
    budget.take(stranger('2.2.2.2'), weight(50));
    expect(() => budget.take(stranger('3.3.3.3'), weight(1))).toThrow(refusal('all without a token'));
    budget.take(principal('a'), weight(100));
  });

  it('counts who does not say whom it belongs to as one address', () => {
    const budget = new FilterBudget(LIMITS);
    budget.take(new Recorder(), weight(100));
    expect(() => budget.take(new Recorder(), weight(51))).toThrow(refusal('one address without a token'));
  });

  it('bounds the sum, of which nobody may take more than half', () => {
    const budget = new FilterBudget({
      ...LIMITS,
      owner: { bytes: 1_000, scans: 0, matches: 0 },
      total: { bytes: 100, scans: 0, matches: 0 },
    });
    expect(() => budget.take(principal('a'), weight(51))).toThrow(refusal('one principal'));
    budget.take(principal('a'), weight(50));
    budget.take(principal('b'), weight(49));
    expect(() => budget.take(principal('c'), weight(2))).toThrow(refusal('all connections'));
  });

  it('bounds what they cost each change, and says what costs nothing', () => {
    const budget = new FilterBudget(LIMITS);
    const costs = (whose: string): unknown =>
      expect.objectContaining({
        code: 'LIMIT_EXCEEDED',
        message: expect.stringMatching(new RegExp(`^filter: those of ${whose} may cost \\d+ .*equality`)) as unknown,
      });
    const [one, other] = [principal('a'), principal('a')];
    const release = budget.take(one, scanning(10));
    expect(() => budget.take(one, scanning(1))).toThrow(costs('this connection'));
    expect(() => budget.take(one, scanning(0))).not.toThrow();
    budget.take(other, scanning(5));
    expect(() => budget.take(other, scanning(1))).toThrow(costs('one principal'));
    for (const address of ['1.1.1.1', '2.2.2.2']) budget.take(stranger(address), scanning(10));
    expect(() => budget.take(stranger('3.3.3.3'), scanning(1))).toThrow(costs('all without a token'));
    budget.take(principal('b'), scanning(5));
    expect(budget.scans).toBe(40);
    expect(() => budget.take(principal('c'), scanning(1))).toThrow(costs('all connections'));
    release();
    expect(budget.scans).toBe(30);
  });

  it('bounds how many of one owner, of strangers and of all one change may be for, table by table', () => {
    const budget = new FilterBudget(LIMITS);
    const alike = (topic = 'a', value = '') => ({
      ...weight(1),
      reach: { topic, rows: [{ fields: value && 'room', values: [value] }] },
    });
    const costs = (whose: string): unknown =>
      expect.objectContaining({
        code: 'LIMIT_EXCEEDED',
        message: expect.stringMatching(new RegExp(`^filter: of those of ${whose} on this table`)) as unknown,
      });
    const releases = [0, 1, 2].map(() => budget.take(principal('a'), alike()));
    expect(() => budget.take(principal('a'), alike())).toThrow(costs('one principal'));
    budget.take(principal('a'), alike('b'));
    releases[0]?.();
    for (let room = 0; room < 10; room += 1) budget.take(principal('a'), alike('a', `r${room}`));
    expect(() => budget.take(principal('a'), alike('a', 'r0'))).toThrow(costs('one principal'));
    for (const name of ['1', '2', '3', '4', '5', '6']) budget.take(stranger(name), alike());
    expect(() => budget.take(stranger('7'), alike())).toThrow(costs('all without a token'));
    for (const name of ['b', 'c', 'd']) budget.take(principal(name), alike());
    expect(() => budget.take(principal('e'), alike())).toThrow(costs('all connections'));
  });

  it('counts a filter that is shared for each who holds it, and once in the sum', () => {
    const budget = new FilterBudget(LIMITS);
    const shared = weight(90);
    const [one, other] = [principal('a'), principal('b')];
    const releases = [one, other].map((client) => budget.take(client, shared));
    expect(budget.bytes).toBe(90);
    for (const client of [one, other]) {
      expect(() => budget.take(client, weight(11))).toThrow(refusal('this connection'));
    }
    releases[0]?.();
    expect(budget.bytes).toBe(90);
    budget.take(one, weight(11));
    releases[1]?.();
    expect(budget.bytes).toBe(11);
  });
});
