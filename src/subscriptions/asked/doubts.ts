import { RowQuestion, type JoinedPart, type LinkedPart } from '../../filter/row-question.js';
import type { Change } from '../../surreal/changes/change.js';
import { edgeEnds } from '../../surreal/changes/edge-ends.js';
import { equalValues } from '../../values/compare.js';
import type { DatabaseRow } from '../../values/path.js';
import type { AskedStream } from './asked-stream.js';
import { Wanted } from '../../rights/asking/wanted.js';

/** Whether a question is answered otherwise by what a linked record was than by what it is. */
interface Probe {
  readonly change: Change;
  readonly part: LinkedPart;
  readonly question: RowQuestion;
  readonly before: DatabaseRow;
  readonly after: DatabaseRow;
}

/** Changes of records that rows link to, of which it isn't known yet for whom they make a difference. */
export class Doubts {
  private readonly probes: Map<RowQuestion, Probe[]>;

  constructor(probes: Iterable<[RowQuestion, Probe[]]> = []) {
    this.probes = new Map(probes);
  }

  get isEmpty(): boolean {
    return this.probes.size === 0;
  }

  /** @returns whether it is known at once that other rows may be shown now. What isn't is kept to be asked. */
  settles(change: Change, questions: readonly RowQuestion[]): boolean {
    for (const question of questions) {
      if (question.tables.has(change.table)) return true;
      if (question.joined.some((part) => part.tables.includes(change.table) && mayJoin(change, part))) return true;
      for (const part of question.linked) {
        if (part.tables.includes(change.table) && this.settlesPart(change, question, part)) return true;
      }
    }
    return false;
  }

  /** All of them, which are none of this any more. */
  take(): Doubts {
    const taken = new Doubts(this.probes);
    this.probes.clear();
    return taken;
  }

  /** What is asked to know it. */
  get wanted(): Wanted {
    const wanted = new Wanted();
    for (const { question, before, after } of [...this.probes.values()].flat()) {
      wanted.addAll([question], [before, after]);
    }
    return wanted;
  }

  /** The streams for which they make a difference, or for which that isn't known. */
  concern<Stream extends AskedStream>(streams: Iterable<Stream>): readonly Stream[] {
    if (this.isEmpty) return [];
    return [...streams].filter(({ questions }) => {
      return questions.some((question) => this.probes.get(question)?.some(makesDifference));
    });
  }

  private settlesPart(change: Change, question: RowQuestion, part: LinkedPart): boolean {
    const images = imagesOf(change);
    if (!images) return true;
    const [before, after] = images;
    if (part.reads.every((name) => equalValues(before[name], after[name]))) return false;
    const probes = this.probes.get(question) ?? [];
    this.probes.set(question, probes);
    if (probes.some((probe) => probe.change === change && probe.part === part)) return false;
    probes.push({
      change,
      part,
      question: probeOf(part, question.largest),
      before: behind(part.way, before),
      after: behind(part.way, after),
    });
    return false;
  }
}

/** Whether a change may make a difference to what some questions show. */
export function mayMatter(change: Change, questions: readonly RowQuestion[]): boolean {
  const doubts = new Doubts();
  return doubts.settles(change, questions) || !doubts.isEmpty;
}

/** What a record was and is; `undefined` where it isn't known. A link to a record that isn't there reads as one to an empty one. */
function imagesOf(change: Change): readonly [DatabaseRow, DatabaseRow] | undefined {
  const { action, after = {} } = change;
  if (action === 'CREATE') return [{}, after];
  return change.hasImage && change.before ? [change.before, after] : undefined;
}

function probeOf({ way, pieces, values }: LinkedPart, largest: number | undefined): RowQuestion {
  const fields = way.slice(0, 1);
  const parts = { key: '', pieces, values, fields, tables: new Set<string>(), linked: [], joined: [] };
  return new RowQuestion(largest === undefined ? parts : { ...parts, largest });
}

/** A row that leads to a record, which is within it. */
function behind(way: readonly string[], record: DatabaseRow): DatabaseRow {
  return way.reduceRight<DatabaseRow>((inner, name) => ({ [name]: inner }), record);
}

/** Where it isn't known between which records an edge was or is, it may have been any. */
function mayJoin(change: Change, { at }: JoinedPart): boolean {
  const ends = edgeEnds(change);
  return !ends || ends.some((end) => equalValues(end, at));
}

function makesDifference({ question, before, after }: Probe): boolean {
  if (!question.knows(before) || !question.knows(after)) return true;
  return question.holds(before) !== question.holds(after);
}
