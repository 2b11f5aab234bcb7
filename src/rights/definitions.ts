import type { Questions } from '../surreal/connection/questions.js';
import { escapeName } from '../values/escape-name.js';
import {
  readPermissions,
  type StructuredField,
  type StructuredPermissions,
  type TablePermissions,
} from './table-permissions.js';

interface Known {
  /** The definitions as they were read. */
  readonly text: string;
  readonly permissions: TablePermissions;
}

interface StructuredTable {
  readonly name: string;
  readonly permissions?: { readonly select?: unknown };
}

/** The permissions of the tables that are asked for, and whether they have changed. */
export class Definitions {
  private readonly tables = new Map<string, Known>();

  constructor(private readonly questions: Questions) {}

  /** As they were read last; `undefined`: the table wasn't read, or isn't there. */
  known(table: string): TablePermissions | undefined {
    return this.tables.get(table)?.permissions;
  }

  /** Reads those of some tables. @returns the tables whose are others than before. @throws DatabaseUnavailable */
  async read(tables: Iterable<string>): Promise<ReadonlySet<string>> {
    const names = [...tables];
    const changed = new Set<string>();
    if (names.length === 0) return changed;
    const found = await this.ask(names);
    for (const name of names) {
      const before = this.tables.get(name);
      const now = found.get(name);
      const text = now && textOf(now);
      if (before?.text === text) continue;
      if (now && text !== undefined) this.tables.set(name, { text, permissions: readPermissions(now) });
      else this.tables.delete(name);
      changed.add(name);
    }
    return changed;
  }

  /** Nobody asks for the others any more. */
  retain(tables: ReadonlySet<string>): void {
    for (const name of this.tables.keys()) if (!tables.has(name)) this.tables.delete(name);
  }

  private async ask(names: readonly string[]): Promise<ReadonlyMap<string, StructuredPermissions>> {
    const [info] = await this.questions.ask('INFO FOR DB STRUCTURE');
    const { tables = [] } = info as { tables?: readonly StructuredTable[] };
    const there = tables.filter(({ name }) => names.includes(name));
    if (there.length === 0) return new Map();
    const infos = await this.questions.ask(
      there.map(({ name }) => `INFO FOR TABLE ${escapeName(name)} STRUCTURE`).join('; '),
    );
    return new Map(
      there.map(({ name, permissions }, n) => {
        const { fields = [] } = infos[n] as { fields?: readonly StructuredField[] };
        return [name, { table: name, select: permissions?.select, fields }];
      }),
    );
  }
}

/** What is read of them, to tell whether they are others. */
function textOf({ select, fields }: StructuredPermissions): string {
  return JSON.stringify([
    select,
    fields.map((field) => [field.name, field.computed !== undefined, field.permissions?.select]),
  ]);
}
