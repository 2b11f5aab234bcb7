import { CommandError } from '../errors/command-error.js';
import { parsePath, type Path } from '../values/path.js';
import { statementsOf, type Expression, type Statement } from './expression/expression.js';
import { parseExpression } from './expression/parse-expression.js';
import { UnsupportedExpression } from './expression/tokens.js';

/** Who may select: everybody, nobody, or whoever an expression says yes to. */
export type Permission = boolean | Expression;

export interface FieldPermission {
  readonly path: Path;
  readonly select: Permission;
}

/** What the definitions of a table say about selecting from it. */
export type TablePermissions =
  | { readonly kind: 'known'; readonly select: Permission; readonly fields: readonly FieldPermission[] }
  /** It can't be followed. The message says what, and what to write instead. */
  | { readonly kind: 'refused'; readonly message: string };

/** A table as `INFO FOR DB STRUCTURE` has it, and its fields as `INFO FOR TABLE … STRUCTURE` does. */
export interface StructuredPermissions {
  readonly table: string;
  readonly select: unknown;
  readonly fields: readonly StructuredField[];
}

export interface StructuredField {
  readonly name: string;
  readonly computed?: unknown;
  readonly permissions?: { readonly select?: unknown };
}

const PLAIN_FIELD = /^(?:[A-Za-z_]\w*|`[^`.\\]+`)(?:\.(?:[A-Za-z_]\w*|`[^`.\\]+`))*$/;

export function readPermissions({ table, select, fields }: StructuredPermissions): TablePermissions {
  const computed = new Set(fields.filter((field) => field.computed !== undefined).map(({ name }) => name));
  try {
    return {
      kind: 'known',
      select: permission(select, `table ${table}`, computed),
      fields: fields.flatMap((field) => fieldPermission(table, field, computed)),
    };
  } catch (error) {
    if (error instanceof UnsupportedExpression) return { kind: 'refused', message: error.message };
    throw error;
  }
}

/** Why nobody can subscribe to the table. */
export function refusal(message: string): CommandError {
  return new CommandError('FORBIDDEN', `topic: ${message}.`);
}

/** Why nobody can subscribe to the table for now. */
export function notKnownNow(): CommandError {
  return new CommandError('UNAVAILABLE', 'topic: the rights to it are not known now; try again in a moment.');
}

function fieldPermission(
  table: string,
  { name, permissions }: StructuredField,
  computed: ReadonlySet<string>,
): readonly FieldPermission[] {
  const select = permission(permissions?.select ?? true, `field ${name} of ${table}`, computed);
  if (select === true) return [];
  const path = PLAIN_FIELD.test(name) ? parsePath(name.replaceAll('`', '')) : undefined;
  if (path) return [{ path, select }];
  throw new UnsupportedExpression(
    `the permission of the field ${name} of ${table} can't be followed, since it lies within lists: give one to the whole list`,
  );
}

/** @throws UnsupportedExpression quoting the expression */
function permission(select: unknown, of: string, computed: ReadonlySet<string>): Permission {
  if (typeof select === 'boolean') return select;
  if (typeof select !== 'string') throw new UnsupportedExpression(`the permission of ${of} is not understood`);
  const quoted = `the permission of ${of} can't be followed, ${JSON.stringify(select)}`;
  const expression = parsed(select, quoted);
  const statements = statementsOf(expression);
  const unknown = statements.find((statement) => statement.kind === 'row');
  if (unknown) {
    throw new UnsupportedExpression(
      `${quoted}: ${unknown.text} hangs on more of the row than one field beside a value that is the same for all rows; keep what it gives in a field (DEFINE FIELD … VALUE), and compare that`,
    );
  }
  const field = statements.map(fieldOf).find((name) => name !== undefined && computed.has(name));
  if (field === undefined) return expression;
  throw new UnsupportedExpression(
    `${quoted}: the field ${field} is computed when it is read, and nothing tells when it changes; use a field with VALUE instead of COMPUTED`,
  );
}

function parsed(select: string, quoted: string): Expression {
  try {
    return parseExpression(select);
  } catch (error) {
    if (!(error instanceof UnsupportedExpression)) throw error;
    throw new UnsupportedExpression(`${quoted}: ${error.message}`);
  }
}

function fieldOf(statement: Statement): string | undefined {
  return statement.kind === 'field' ? statement.name : statement.kind === 'compare' ? statement.field : undefined;
}
