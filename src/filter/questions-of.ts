import type { Condition } from './condition.js';
import type { RowQuestion } from './row-question.js';
import type { RowRights } from './row-rights.js';

/** Those of equal rights are looked for once, as long as the rights are the same object. */
const known = new WeakMap<RowRights, readonly RowQuestion[]>();

/** What the database has to be asked before a row can be shown under some rights. */
export function questionsOf(rights: RowRights): readonly RowQuestion[] {
  const questions = known.get(rights) ?? collect(rights);
  known.set(rights, questions);
  return questions;
}

function collect({ where, masks = [] }: RowRights): readonly RowQuestion[] {
  const conditions = [...(where ? [where] : []), ...masks.map(({ visible }) => visible)];
  return [...new Set(conditions.flatMap(questionsIn))];
}

function questionsIn(condition: Condition): readonly RowQuestion[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.of.flatMap(questionsIn);
    case 'not':
      return questionsIn(condition.of);
    case 'compare':
      return [];
    case 'asked':
      return [condition.question];
  }
}
