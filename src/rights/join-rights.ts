import type { RowRights } from '../filter/row-rights.js';

/** What both give. */
export function joinRights(policy: RowRights, database: RowRights): RowRights {
  const where = [policy.where, database.where].filter((condition) => condition !== undefined);
  const [only] = where;
  return {
    ...policy,
    ...database,
    ...(only && { where: where.length === 1 ? only : { kind: 'and', of: where } }),
  };
}
