/** What a definition says of a field that a permission may step along. */
export interface FieldSchema {
  /** As SurrealDB writes it: `none | record<room>`. Absent: anything. */
  readonly kind?: string;
  /** Worked out when it is read. */
  readonly computed: boolean;
}

export interface TableSchema {
  /** Everybody may select all of it. */
  readonly open: boolean;
  /** Whether its records are edges; `undefined`: some may be. */
  readonly edges: boolean | undefined;
  /** By name, with points for nested ones. */
  readonly fields: ReadonlyMap<string, FieldSchema>;
}

/** A table in `INFO FOR DB STRUCTURE`, and its fields in `INFO FOR TABLE … STRUCTURE`. */
export interface StructuredTable {
  readonly name: string;
  readonly kind?: { readonly kind?: string };
  readonly permissions?: { readonly select?: unknown };
}

export interface StructuredField {
  readonly name: string;
  readonly kind?: string;
  readonly computed?: unknown;
  readonly permissions?: { readonly select?: unknown };
}

/** Of a table that isn't there nothing is known. */
export const UNKNOWN_TABLE: TableSchema = { open: false, edges: undefined, fields: new Map() };

export function readSchema({ kind, permissions }: StructuredTable, fields: readonly StructuredField[]): TableSchema {
  return {
    open: permissions?.select === true && fields.every((field) => (field.permissions?.select ?? true) === true),
    edges: kind?.kind === 'RELATION' ? true : kind?.kind === 'NORMAL' ? false : undefined,
    fields: fieldsOf(fields),
  };
}

/** A list is defined by itself, and SurrealDB adds a definition of its elements, or somebody does. */
function fieldsOf(fields: readonly StructuredField[]): ReadonlyMap<string, FieldSchema> {
  const found = new Map<string, FieldSchema>();
  for (const field of fields) if (!isOfElements(field)) found.set(plainName(field.name), schemaOf(field));
  for (const field of fields) {
    const name = plainName(field.name);
    const list = found.get(name);
    if (isOfElements(field) && list) found.set(name, withElements(list, schemaOf(field)));
  }
  return found;
}

function isOfElements({ name }: StructuredField): boolean {
  return /(?:\.\*|\[\*\])$/.test(name);
}

function withElements(list: FieldSchema, elements: FieldSchema): FieldSchema {
  const computed = list.computed || elements.computed;
  if (list.kind === undefined || elements.kind === undefined) return { ...list, computed };
  const ofElements = `<${elements.kind}>`;
  return { kind: `${list.kind.replaceAll(BARE_LIST, `$&${ofElements}`)} | array${ofElements}`, computed };
}

/** A list of which it isn't said what is in it. */
const BARE_LIST = /\b(?:array|set)\b(?!<)/g;

/** The tables that a field of a kind may link to; `undefined`: any. */
export function linkedTables(kind: string): readonly string[] | undefined {
  if (/\bany\b/.test(kind) || kind.search(BARE_LIST) !== -1) return undefined;
  const links = kind.match(/\brecord\b(?:<[^<>]*>)?/g) ?? [];
  const tables: string[] = [];
  for (const link of links) {
    const names = /^record<(.*)>$/.exec(link)?.[1];
    if (names === undefined) return undefined;
    tables.push(...names.split('|').map((name) => name.trim().replaceAll('`', '')));
  }
  return tables;
}

/** Whether a field of a kind is NONE, or a single link, and nothing else. */
export function isSingleLink(kind: string): boolean {
  return /^(?:(?:none|null) \| )*record<[^<>]*>$/.test(kind);
}

/** Whether a value of a kind can have fields of its own, without a link. */
export function canNest(kind: string): boolean {
  return /\bobject\b|\{/.test(kind);
}

/** Elements of a list have the fields that the list is said to have. */
function plainName(name: string): string {
  return name.replaceAll('`', '').replaceAll(/\.\*|\[\*\]/g, '');
}

function schemaOf({ kind, computed }: StructuredField): FieldSchema {
  return { ...(kind !== undefined && { kind }), computed: computed !== undefined };
}
