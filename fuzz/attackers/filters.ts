import { REALTIME_PATH } from '@edge-hive/protocol';
import type { Random } from '../../chaos/random.js';
import type { Attacker } from '../attacker.js';
import { Conversation } from '../conversation.js';
import { hostileValue } from '../hostile.js';
import { TABLES } from '../world.js';

const TOPICS = [
  ...TABLES,
  ...TABLES,
  'fenced',
  'fenced',
  'fenced',
  'open',
  'nothing',
  'edge_hive_identity',
  'fenced`',
  '⟨fenced⟩',
  'FENCED',
  'fenced:1',
];
const OPERATORS = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'nin', 'contains', 'startsWith', 'exists'];
const ODD_OPERATORS = ['', 'EQ', '$eq', 'regex', '__proto__', 'constructor', 'not', 'or', 'and', 'hasOwnProperty'];
const FIELDS = ['k', 'v', 'owner', 'id', 'x.y', 'v.a', 'v.a.b.c', 'w', 'w.0', 'v.__proto__', 'v.constructor'];
const ODD_FIELDS = [
  'secret',
  '*',
  '',
  '.',
  'a..b',
  'id.id',
  '__proto__',
  'constructor',
  'owner.secret',
  'k`',
  'k; REMOVE TABLE sealed',
  '$principal',
  '[0]',
  'x'.repeat(300),
  'é',
  'or',
  'not',
  'type::string(secret)',
];
const OPERANDS = [
  '1',
  '50',
  '-1',
  '0.1',
  '"a"',
  '"1"',
  '"attacker"',
  '"other"',
  '"somebody else"',
  '"somebody:else"',
  '"fenced:⟨attacker-1⟩"',
  '"user:1"',
  '"user:`a-b`"',
  '"2024-01-01T00:00:00.000000001Z"',
  '"1h30m1ns"',
  '"018f6f2e-0000-7000-8000-000000000000"',
  '"0.1"',
  '"Infinity"',
  '"NaN"',
  'true',
  'null',
  '[]',
  '{}',
  '[1,"a",null]',
  '{"a":1}',
  '""',
  '"YWJj"',
];
const CLAIM_SETS = [{}, { who: null }, { whose: [] }, { who: 'user:a', whose: ['user:a'], level: 3 }, { level: '9' }];
/** For how long what follows a subscription is looked at, in ms. */
const MOST_LISTENING_MS = 150;

/** Filters of the grammar and beyond it, on tables that are public, restricted, closed and not there, while rows of every type are written. */
export const filters: Attacker = {
  name: 'filters',
  attack: async ({ httpUrl, otherUrl, tokenOf }, random) => {
    const principal = random.pick(['attacker', 'other', 'nobody']);
    const claims = random.pick(CLAIM_SETS);
    const url = random.isOneIn(4) ? otherUrl : httpUrl;
    const conversation = await Conversation.open(`${url.replace('http', 'ws')}${REALTIME_PATH}`, {
      principal,
      headers: principal === 'nobody' ? {} : { authorization: `Bearer ${tokenOf(principal, claims)}` },
    });
    for (let n = random.pick([1, 3, 10, 30]); n > 0; n--) conversation.send(subscribeText(`${n}`, random));
    await conversation.until(() => false, random.between(0, MOST_LISTENING_MS));
    if (random.isOneIn(3)) {
      for (const [n, topic] of TABLES.entries())
        conversation.send(JSON.stringify({ type: 'unsubscribe', id: `u${n}`, topic }));
    }
    await conversation.end();
  },
};

function subscribeText(id: string, random: Random): string {
  const fields = [`"type":"subscribe","id":"${id}","topic":${JSON.stringify(random.pick(TOPICS))}`];
  if (!random.isOneIn(4)) fields.push(`"filter":${random.isOneIn(25) ? hostileValue(random) : filterText(random, 0)}`);
  if (random.isOneIn(3))
    fields.push(
      `"fields":${random.isOneIn(15) ? hostileValue(random) : listText(() => JSON.stringify(field(random)), random)}`,
    );
  if (random.isOneIn(4))
    fields.push(`"events":${random.pick(['["CREATE"]', '["DELETE"]', '["UPDATE","DELETE"]', '["LEAVE"]', '[]'])}`);
  if (!random.isOneIn(3)) fields.push(`"snapshot":${snapshotText(random)}`);
  return `{${fields.join()}}`;
}

function snapshotText(random: Random): string {
  if (random.isOneIn(2)) return 'true';
  const key = () => `{"field":${JSON.stringify(field(random))}${random.isOneIn(2) ? ',"desc":true' : ''}}`;
  const limit = random.pick(['1', '5', '1000', '0', '-1', '1.5', '9007199254740993', '"5"']);
  return random.pick([
    `{"limit":${limit}}`,
    `{"limit":${random.between(1, 20)},"orderBy":${listText(key, random)}}`,
    `{"orderBy":${listText(key, random)}}`,
  ]);
}

function filterText(random: Random, depth: number): string {
  const members = Array.from({ length: random.between(depth === 0 ? 1 : 0, 3) }, () => {
    const choice = depth > 5 ? 5 : random.between(0, 9);
    if (choice === 0) return `"not":${filterText(random, depth + 1)}`;
    if (choice === 1) return `"or":${listText(() => filterText(random, depth + 1), random)}`;
    return `${JSON.stringify(field(random))}:${operandText(random)}`;
  });
  return `{${members.join()}}`;
}

function operandText(random: Random): string {
  if (random.isOneIn(4)) return value(random);
  const operators = Array.from({ length: random.pick([1, 1, 1, 2, 0]) }, () => {
    const operator = random.isOneIn(25) ? random.pick(ODD_OPERATORS) : random.pick(OPERATORS);
    return `${JSON.stringify(operator)}:${operatorValue(operator, random)}`;
  });
  return `{${operators.join()}}`;
}

function operatorValue(operator: string, random: Random): string {
  if (random.isOneIn(20)) return value(random);
  if (operator === 'in' || operator === 'nin') return listText(() => value(random), random);
  if (operator === 'exists') return random.pick(['true', 'false']);
  return operator === 'startsWith'
    ? random.pick(['"a"', '""', '"attacker"', '"c"', '"ca"', '"fenced:"'])
    : value(random);
}

function value(random: Random): string {
  return random.isOneIn(20) ? hostileValue(random) : random.pick(OPERANDS);
}

function field(random: Random): string {
  return random.isOneIn(8) ? random.pick(ODD_FIELDS) : random.pick(FIELDS);
}

function listText(item: () => string, random: Random): string {
  return `[${Array.from({ length: random.pick([1, 1, 2, 3, 0, 17]) }, item).join()}]`;
}
