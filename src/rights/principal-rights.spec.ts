import { describe, expect, it } from '@jest/globals';
import { RecordId } from 'surrealdb';
import type { Principal, RecordUser } from '../auth/tokens/principal.js';
import { NO_FUNCTIONS } from './expression/names.js';
import { PrincipalRights } from './principal-rights.js';
import { RowQuestions } from './row-questions.js';
import { readPermissions } from './table-permissions.js';
import { UNKNOWN_TABLE } from './table-schema.js';

const user: RecordUser = { auth: new RecordId('user', 1), access: 'people', token: {}, session: {} };
const principal: Principal = { id: 'user:1', roles: [], claims: {}, record: user };

function permissions(select: string) {
  const structured = { table: 't', select, fields: [] };
  return readPermissions(structured, ['user'], NO_FUNCTIONS, () => UNKNOWN_TABLE, true);
}

function answer(constants: Readonly<Record<string, unknown>>) {
  return { kind: 'constants', constants: new Map(Object.entries(constants)) } as const;
}

describe('the rights of a principal', () => {
  it('are known once the database has answered for a topic that came while it answered for others', () => {
    const rights = new PrincipalRights(principal, user, new RowQuestions());
    rights.define('a', permissions('owner = $auth.name'));
    rights.take(answer({ '$auth.name': 'x' }));
    expect(rights.lacksAny).toBe(false);
    rights.define('b', permissions('kind = $auth.kind'));
    expect(rights.lacksAny).toBe(true);
    expect(() => rights.of('b')).toThrow('not known now');
    expect(rights.take(answer({ '$auth.name': 'x', '$auth.kind': 'y' }))).toBe(false);
    expect(rights.of('b')).toMatchObject({ where: expect.anything() });
  });
});
