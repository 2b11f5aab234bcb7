import type { Random } from '../chaos/random.js';

function nested(levels: number, open: string, close: string): string {
  return `${open.repeat(levels)}1${close.repeat(levels)}`;
}

/** JSON texts of values that a field was not made for. */
export const HOSTILE_VALUES: readonly string[] = [
  ...['null', 'true', 'false', '0', '-0', '1', '-1', '0.5', '1e999', '-1e999', '1e-999', '9007199254740993'],
  ...[
    '123456789012345678901234567890',
    '1E2',
    '""',
    '" "',
    '"a"',
    '"\\u0000"',
    '"\\n"',
    '"\\ud800"',
    '"\\udc00\\ud800"',
  ],
  ...[
    '"__proto__"',
    '"constructor"',
    '"toString"',
    '"hasOwnProperty"',
    '"then"',
    '"😀"',
    '"\u202e"',
    '"e\u0301"',
    '"\u2028"',
  ],
  ...[
    '"*"',
    '"."',
    '".."',
    '"a.b.c"',
    '"a..b"',
    '"`"',
    '"⟨⟩"',
    '"a:`b`"',
    '"a:u\'x\'"',
    '"$claims.sub"',
    '"$principal.id"',
    '"edge_hive_identity"',
  ],
  ...[
    '"1; REMOVE TABLE sealed"',
    '"\' OR true --"',
    '"sealed:1"',
    '"user:[1,[2,{a:3}]]"',
    '"⟨⟩:[r\'⟨"',
    '"2024-01-01T00:00:00Z"',
    '"1h"',
  ],
  ...['[]', '[null]', '[[]]', '[[[[1]]]]', '["a","a"]', '[1e999]', '{}', '{"":""}', '{"a":1,"a":2}', '{"a":{"a":{}}}'],
  ...[
    '{"__proto__":{"a":1}}',
    '{"constructor":{"prototype":{"a":1}}}',
    '{"toString":1,"valueOf":1}',
    '{"then":1}',
    '{"toJSON":1}',
  ],
  ...[
    '{"length":1}',
    '{"eq":1}',
    '{"or":[]}',
    '{"not":{}}',
    '{"limit":1}',
    '{"limit":1e999}',
    '{"orderBy":[{"field":"k"}]}',
  ],
  ...[
    `"${'x'.repeat(65)}"`,
    `"${'é'.repeat(257)}"`,
    `"${'a.'.repeat(130)}a"`,
    `"${'x'.repeat(20_000)}"`,
    `"${'\\u0041'.repeat(2_000)}"`,
  ],
  ...[nested(100, '[', ']'), nested(5_000, '[', ']'), nested(5_000, '{"a":', '}'), nested(30_000, '[', ']')],
  `[${'0,'.repeat(5_000)}0]`,
  `{${Array.from({ length: 2_000 }, (_, n) => `"${n}":${n}`).join()}}`,
];

/** Beyond the largest frame, which few may be: they end the connection. */
const TOO_LARGE = `"${'x'.repeat(300_000)}"`;

export function hostileValue(random: Random): string {
  return random.isOneIn(200) ? TOO_LARGE : random.pick(HOSTILE_VALUES);
}

const SPACES = ['', '', '', ' ', '\n', '\t\r\n  '] as const;

/** A JSON object as somebody might write it, of names and JSON texts: in any order, with white space. */
export function objectText(fields: readonly (readonly [string, string])[], random: Random): string {
  const space = random.isOneIn(3) ? () => random.pick(SPACES) : () => '';
  const members = fields.map(
    ([name, value]) => `${space()}${nameText(name, random)}${space()}:${space()}${value}${space()}`,
  );
  return `${space()}{${members.join()}}${space()}`;
}

function nameText(name: string, random: Random): string {
  if (!random.isOneIn(30) || name === '') return JSON.stringify(name);
  return `"\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}"`;
}
