import type { RowRights } from '../filter/row-rights.js';

/** What a policy and the database's permissions give together. For the same two it is the same object: what is compiled of it is kept. */
export class JoinedRights {
  private readonly known = new WeakMap<RowRights, WeakMap<RowRights, RowRights>>();

  of(policy: RowRights, database: RowRights): RowRights {
    if (!policy.where && !policy.fields) return database;
    const known = this.known.get(policy)?.get(database);
    if (known) return known;
    const rights = joinRights(policy, database);
    const byDatabase = this.known.get(policy) ?? new WeakMap<RowRights, RowRights>();
    this.known.set(policy, byDatabase.set(database, rights));
    return rights;
  }
}

function joinRights(policy: RowRights, database: RowRights): RowRights {
  const where = [policy.where, database.where].filter((condition) => condition !== undefined);
  const [only] = where;
  return {
    ...policy,
    ...database,
    ...(only && { where: where.length === 1 ? only : { kind: 'and', of: where } }),
  };
}
