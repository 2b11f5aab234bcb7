import type { Questions } from '../surreal/connection/questions.js';
import { escapeName } from '../values/escape-name.js';
import { readPermissions, type StructuredPermissions, type TablePermissions } from './table-permissions.js';
import { DefinedFunctions, type StructuredFunction } from './expression/defined-functions.js';
import {
  readSchema,
  UNKNOWN_TABLE,
  type StructuredField,
  type StructuredTable,
  type TableSchema,
} from './table-schema.js';

interface StructuredDatabase {
  readonly tables?: readonly StructuredTable[];
  readonly functions?: readonly StructuredFunction[];
}

interface Known {
  /** The definitions as they were read, those of the tables that they read included. */
  readonly text: string;
  readonly permissions: TablePermissions;
}

interface Described {
  readonly table: StructuredTable;
  readonly fields: readonly StructuredField[];
  readonly schema: TableSchema;
}

/** The permissions of the tables that are asked for, and whether they have changed. */
export class Definitions {
  private readonly tables = new Map<string, Known>();

  constructor(
    private readonly questions: Questions,
    /** Whether a SELECT within a permission sees all rows. */
    private readonly selectsAll: () => boolean,
  ) {}

  /** As they were read last; `undefined`: the table wasn't read, or isn't there. */
  known(table: string): TablePermissions | undefined {
    return this.tables.get(table)?.permissions;
  }

  /** Whether those of a table are known, and what they read of principals whose records are in another one. */
  covers(table: string, owner: string): boolean {
    const permissions = this.known(table);
    return permissions !== undefined && (permissions.kind === 'refused' || permissions.reach.has(owner));
  }

  /**
   * Reads those of some tables.
   *
   * @param owners the tables that principals' own records are in
   * @returns the tables whose are others than before
   * @throws DatabaseUnavailable
   */
  async read(tables: Iterable<string>, owners: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    const names = [...tables];
    const changed = new Set<string>();
    if (names.length === 0) return changed;
    const found = await this.readAll(names, owners);
    for (const name of names) {
      const before = this.tables.get(name);
      const now = found.get(name);
      const isSame = before?.text === now?.text;
      if (isSame && [...owners].every((owner) => this.covers(name, owner))) continue;
      if (now) this.tables.set(name, now);
      else this.tables.delete(name);
      if (!isSame) changed.add(name);
    }
    return changed;
  }

  /** Nobody asks for the others any more. */
  retain(tables: ReadonlySet<string>): void {
    for (const name of this.tables.keys()) if (!tables.has(name)) this.tables.delete(name);
  }

  /** With each round those tables are described of which the last one found that permissions read them. */
  private async readAll(names: readonly string[], owners: ReadonlySet<string>): Promise<ReadonlyMap<string, Known>> {
    const [info] = await this.questions.ask('INFO FOR DB STRUCTURE');
    const { tables = [], functions = [] } = info as StructuredDatabase;
    const there = new Map(tables.map((table) => [table.name, table]));
    const callable = new Map(functions.map((one) => [one.name, one]));
    const described = new Map<string, Described>();
    const wanted = new Set(names.filter((name) => there.has(name)));
    const selectsAll = this.selectsAll();
    const want = (table: string) => void (there.has(table) && wanted.add(table));
    for (;;) {
      const missing = [...wanted].filter((name) => !described.has(name)).flatMap((name) => there.get(name) ?? []);
      for (const one of await this.describe(missing)) described.set(one.table.name, one);
      const found = new Map<string, Known>();
      for (const name of names) {
        const own = described.get(name);
        if (own) found.set(name, knownOf(own, { owners, described, callable, selectsAll, want }));
      }
      if ([...wanted].every((name) => described.has(name))) return found;
    }
  }

  private async describe(tables: readonly StructuredTable[]): Promise<readonly Described[]> {
    if (tables.length === 0) return [];
    const infos = await this.questions.ask(
      tables.map(({ name }) => `INFO FOR TABLE ${escapeName(name)} STRUCTURE`).join('; '),
    );
    return tables.map((table, n) => {
      const { fields = [] } = infos[n] as { fields?: readonly StructuredField[] };
      return { table, fields, schema: readSchema(table, fields) };
    });
  }
}

interface Surroundings {
  readonly owners: ReadonlySet<string>;
  readonly described: ReadonlyMap<string, Described>;
  readonly callable: ReadonlyMap<string, StructuredFunction>;
  readonly selectsAll: boolean;
  /** A table has to be described. */
  readonly want: (table: string) => void;
}

function knownOf({ table, fields }: Described, { owners, described, callable, selectsAll, want }: Surroundings): Known {
  const read = new Set<Described>();
  const functions = new DefinedFunctions(callable);
  const structured = { table: table.name, select: table.permissions?.select, fields };
  const schemaOf = (name: string): TableSchema => {
    const one = described.get(name);
    if (one) read.add(one);
    else want(name);
    return one?.schema ?? UNKNOWN_TABLE;
  };
  const permissions = readPermissions(structured, owners, functions, schemaOf, selectsAll);
  const text = JSON.stringify([selectsAll, textOf(structured), [...read].map(schemaText), [...functions.called]]);
  return { text, permissions };
}

/** What is read of them, to tell whether they are others. */
function textOf({ select, fields }: StructuredPermissions): unknown {
  return [select, fields.map((field) => [field.name, field.computed !== undefined, field.permissions?.select])];
}

function schemaText({ table, schema }: Described): unknown {
  return [table.name, schema.open, schema.edges, [...schema.fields]];
}
