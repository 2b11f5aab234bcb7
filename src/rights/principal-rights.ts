import type { Principal, RecordUser } from '../auth/tokens/principal.js';
import { CommandError } from '../errors/command-error.js';
import { EVERY_ROW, NO_ROW, type Condition } from '../filter/condition.js';
import type { FieldMask, RowRights } from '../filter/row-rights.js';
import { approximateBytes } from '../values/byte-size.js';
import { equalValues } from '../values/compare.js';
import { InexactValue } from './exact-condition.js';
import type { Reads } from './expression/expression.js';
import { joinReads } from './expression/reads.js';
import { ANYTHING, joinReaches, NOTHING, type OwnReach } from './own-reach.js';
import type { Answer } from './principal-constants.js';
import { askedTexts, rowCondition, type Constants } from './row-condition.js';
import type { RowQuestions } from './row-questions.js';
import {
  notKnownNow,
  readsOf,
  refusal,
  rulesOf,
  type KnownPermissions,
  type Permission,
  type TablePermissions,
} from './table-permissions.js';

/** What the database's permissions give one principal. */
export class PrincipalRights {
  private readonly topics = new Map<string, TablePermissions>();
  private readonly rights = new Map<string, RowRights | CommandError>();
  private answer: Answer | undefined;
  /** What the answer takes in memory. */
  private holds = { bytes: 0 };
  reads: Reads = joinReads([]);
  /** What is read along links, beside that. */
  reach: OwnReach = NOTHING;
  /** How many wait for rights of it: then it is there, whether or not a session speaks for it yet. */
  awaited = 0;

  constructor(
    readonly principal: Principal,
    readonly user: RecordUser,
    private readonly questions: RowQuestions,
  ) {}

  get tables(): Iterable<string> {
    return this.topics.keys();
  }

  follows(table: string): boolean {
    return this.topics.has(table);
  }

  /** The tables that it subscribes to are read by these definitions from now on. */
  define(topic: string, permissions: TablePermissions): void {
    if (this.topics.get(topic) === permissions) return;
    this.topics.set(topic, permissions);
    this.rights.delete(topic);
    const known = [...this.topics.values()].flatMap((one) => (one.kind === 'known' ? one : []));
    this.reads = joinReads(known.map(readsOf));
    this.reach = joinReaches(known.map((one) => this.reachOf(one)));
  }

  forget(topic: string): void {
    this.topics.delete(topic);
    this.rights.delete(topic);
  }

  /** What the database has to be asked. */
  get texts(): readonly string[] {
    return [...new Set([...this.topics.values()].flatMap(textsOf))];
  }

  /** Whether the database has to be asked before rights to a topic are known. */
  lacks(topic: string): boolean {
    const permissions = this.topics.get(topic);
    if (!permissions || !this.answer) return true;
    if (this.answer.kind !== 'constants') return false;
    const { constants } = this.answer;
    return textsOf(permissions).some((text) => !constants.has(text));
  }

  /** Whether the database has to be asked for more than it answered the last time: a topic can come while it answers. */
  get lacksAny(): boolean {
    return [...this.topics.keys()].some((topic) => this.lacks(topic));
  }

  /** @returns whether it gives other rights than the last one. */
  take(answer: Answer): boolean {
    const before = this.answer;
    this.answer = answer;
    this.holds = { bytes: bytesOf(answer) };
    if (before && isSame(before, answer)) return false;
    this.rights.clear();
    return true;
  }

  /** What was known of tables whose permissions read something that can change is not to be relied on any more. */
  unsettle(): void {
    for (const [topic, permissions] of this.topics) {
      if (permissions.kind !== 'known') continue;
      const { self, edges, tables, anything } = readsOf(permissions);
      const beyond = this.reachOf(permissions);
      const isStored = self || edges.size > 0 || tables.size > 0 || beyond.fields.size > 0;
      if (isStored || anything || beyond.anything) this.rights.set(topic, notKnownNow());
    }
  }

  /** What is answered now counts again. */
  settle(): void {
    this.rights.clear();
  }

  /** What was known is not to be relied on any more. */
  distrust(): void {
    this.answer = undefined;
    this.rights.clear();
  }

  /** @throws CommandError FORBIDDEN, quoting what can't be followed; UNAVAILABLE while it isn't known */
  of(topic: string): RowRights {
    const known = this.rights.get(topic) ?? this.work(topic);
    // What isn't known now may be known when it is asked for the next time, though nothing has changed.
    if (!isUnknown(known)) this.rights.set(topic, known);
    if (known instanceof CommandError) throw known;
    return known;
  }

  private reachOf({ reach }: KnownPermissions): OwnReach {
    return reach.get(this.user.auth.table.name) ?? ANYTHING;
  }

  private work(topic: string): RowRights | CommandError {
    const permissions = this.topics.get(topic);
    const { answer } = this;
    if (!permissions || !answer || this.lacks(topic)) return notKnownNow();
    if (permissions.kind === 'refused') return refusal(permissions.message);
    if (answer.kind === 'gone') return refusal('the record of the principal does not exist');
    if (answer.kind === 'failed') return refusal("the database can't work its permissions out for this principal");
    if (permissions.select === false) return refusal(`${topic} has no permission to select`);
    try {
      const where = this.conditionOf(permissions.select, answer.constants);
      const masks = permissions.fields.map(({ path, select }): FieldMask => {
        return { path, visible: this.conditionOf(select, answer.constants) ?? EVERY_ROW };
      });
      const { holds } = this;
      return { ...(where && { where }), ...(masks.length > 0 && { masks }), holds };
    } catch (error) {
      if (!(error instanceof InexactValue)) throw error;
      return refusal(`its permissions compare with ${error.message}, which can't be followed`);
    }
  }

  /** Absent: every row. */
  private conditionOf(permission: Permission, constants: Constants): Condition | undefined {
    if (typeof permission === 'boolean') return permission ? undefined : NO_ROW;
    return rowCondition(permission, constants, this.questions);
  }
}

function isUnknown(known: RowRights | CommandError): boolean {
  return known instanceof CommandError && known.code === 'UNAVAILABLE';
}

/** What V8 takes for a value that is known by its text, beside both. */
const CONSTANT_BYTES = 128;

function bytesOf(answer: Answer): number {
  if (answer.kind !== 'constants') return 0;
  let bytes = 0;
  for (const [text, value] of answer.constants) bytes += CONSTANT_BYTES + 2 * text.length + approximateBytes(value);
  return bytes;
}

function textsOf(permissions: TablePermissions): readonly string[] {
  return permissions.kind === 'known' ? rulesOf(permissions).flatMap(askedTexts) : [];
}

function isSame(before: Answer, now: Answer): boolean {
  if (before.kind !== 'constants' || now.kind !== 'constants') {
    return before.kind === now.kind && before.kind !== 'constants' && before.kind !== 'failed';
  }
  // More of them are asked for with each topic: those that were known before count.
  for (const [text, value] of before.constants) {
    if (now.constants.has(text) && !equalValues(value, now.constants.get(text))) return false;
  }
  return true;
}
