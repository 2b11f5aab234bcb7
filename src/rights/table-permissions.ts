import { CommandError } from '../errors/command-error.js';
import { parsePath, type Path } from '../values/path.js';
import { askedOfRow, type AskedOfRow } from './asked-of-row.js';
import { asksOfRow, statementsOf, type Expression, type Reads, type Statement } from './expression/expression.js';
import type { Names } from './expression/names.js';
import { parseExpression } from './expression/parse-expression.js';
import { partsOf } from './expression/parts.js';
import { joinReads } from './expression/reads.js';
import { UnsupportedExpression } from './expression/tokens.js';
import { ownReach, type OwnReach } from './own-reach.js';
import type { SchemaOf } from './reach.js';
import type { StructuredField } from './table-schema.js';

/** An expression, and what the database is asked for each row. Absent: nothing, since it says all by itself. */
export interface Rule {
  readonly expression: Expression;
  readonly asked?: AskedOfRow;
}

/** Who may select: everybody, nobody, or whoever an expression says yes to. */
export type Permission = boolean | Rule;

export interface FieldPermission {
  readonly path: Path;
  readonly select: Permission;
}

export interface KnownPermissions {
  readonly kind: 'known';
  readonly select: Permission;
  readonly fields: readonly FieldPermission[];
  /** What they read of a principal along links, by the table of its own record. */
  readonly reach: ReadonlyMap<string, OwnReach>;
}

/** What the definitions of a table say about selecting from it. */
export type TablePermissions =
  | KnownPermissions
  /** It can't be followed. The message says what, and what to write instead. */
  | { readonly kind: 'refused'; readonly message: string };

/** A table as `INFO FOR DB STRUCTURE` has it, and its fields as `INFO FOR TABLE … STRUCTURE` does. */
export interface StructuredPermissions {
  readonly table: string;
  readonly select: unknown;
  readonly fields: readonly StructuredField[];
}

const PLAIN_FIELD = /^(?:[A-Za-z_]\w*|`[^`.\\]+`)(?:\.(?:[A-Za-z_]\w*|`[^`.\\]+`))*$/;

/**
 * @param owners the tables that principals' own records are in
 * @param functions those that permissions may call
 * @param schemaOf what is known of the tables that permissions read
 * @param selectsAll whether a SELECT within a permission sees all rows, whoever asks
 */
export function readPermissions(
  { table, select, fields }: StructuredPermissions,
  owners: Iterable<string>,
  functions: Names,
  schemaOf: SchemaOf,
  selectsAll: boolean,
): TablePermissions {
  const from = { table, functions, schemaOf, selectsAll };
  try {
    const known = {
      select: permission(select, `table ${table}`, from),
      fields: fields.flatMap((field) => fieldPermission(field, from)),
    };
    const { ways } = readsOf(known);
    return {
      kind: 'known',
      ...known,
      reach: new Map([...owners].map((owner) => [owner, ownReach(ways, owner, schemaOf)])),
    };
  } catch (error) {
    if (error instanceof UnsupportedExpression) return { kind: 'refused', message: error.message };
    throw error;
  }
}

/** The rules that permissions are made of. */
export function rulesOf({ select, fields }: Pick<KnownPermissions, 'select' | 'fields'>): readonly Rule[] {
  return [select, ...fields.map((field) => field.select)].filter((permission) => typeof permission !== 'boolean');
}

/** What they read of a principal, whoever that is. */
export function readsOf(permissions: Pick<KnownPermissions, 'select' | 'fields'>): Reads {
  const expressions = rulesOf(permissions).map(({ expression }) => expression);
  return joinReads(expressions.flatMap((one) => partsOf(one, 'row').constants.map(({ reads }) => reads)));
}

/** Why nobody can subscribe to the table. */
export function refusal(message: string): CommandError {
  return new CommandError('FORBIDDEN', `topic: ${message}.`);
}

/** Why nobody can subscribe to the table for now. */
export function notKnownNow(): CommandError {
  return new CommandError('UNAVAILABLE', 'topic: the rights to it are not known now; try again in a moment.');
}

interface Definition {
  readonly table: string;
  readonly functions: Names;
  readonly schemaOf: SchemaOf;
  readonly selectsAll: boolean;
}

function fieldPermission({ name, permissions }: StructuredField, from: Definition): readonly FieldPermission[] {
  const { table } = from;
  const select = permission(permissions?.select ?? true, `field ${name} of ${table}`, from);
  if (select === true) return [];
  const path = PLAIN_FIELD.test(name) ? parsePath(name.replaceAll('`', '')) : undefined;
  if (path) return [{ path, select }];
  throw new UnsupportedExpression(
    `the permission of the field ${name} of ${table} can't be followed, since it lies within lists: give one to the whole list`,
  );
}

/** @throws UnsupportedExpression quoting the expression */
function permission(select: unknown, of: string, { table, functions, schemaOf, selectsAll }: Definition): Permission {
  if (typeof select === 'boolean') return select;
  if (typeof select !== 'string') throw new UnsupportedExpression(`the permission of ${of} is not understood`);
  return quoting(`the permission of ${of} can't be followed, ${JSON.stringify(select)}`, () => {
    const expression = parseExpression(select, functions);
    checkComputed(expression, table, schemaOf);
    if (!selectsAll) checkSelected(expression, schemaOf);
    return asksOfRow(expression) ? { expression, asked: askedOfRow(expression, table, schemaOf) } : { expression };
  });
}

function checkComputed(expression: Expression, table: string, schemaOf: SchemaOf): void {
  const { fields } = schemaOf(table);
  const field = statementsOf(expression)
    .map(fieldOf)
    .find((name) => name !== undefined && fields.get(name)?.computed);
  if (field === undefined) return;
  throw new UnsupportedExpression(
    `the field ${field} is computed when it is read, and nothing tells when it changes; use a field with VALUE instead of COMPUTED`,
  );
}

function checkSelected(expression: Expression, schemaOf: SchemaOf): void {
  const { constants, accesses } = partsOf(expression, 'row');
  const ofConstants = constants.flatMap(({ reads }) => [...reads.selected]);
  const ofRows = accesses.flatMap(({ selects, from }) => (selects && from !== 'row' ? from : []));
  const closed = [...ofConstants, ...ofRows].find((name) => !schemaOf(name).open);
  if (closed === undefined) return;
  throw new UnsupportedExpression(
    `before SurrealDB 3.3 a SELECT in it sees what the user may select of ${closed}: go along links or edges, or give ${closed} PERMISSIONS FOR select FULL`,
  );
}

function quoting<T>(quoted: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof UnsupportedExpression)) throw error;
    throw new UnsupportedExpression(`${quoted}: ${error.message}`);
  }
}

function fieldOf(statement: Statement): string | undefined {
  return statement.kind === 'field' ? statement.name : statement.kind === 'compare' ? statement.field : undefined;
}
