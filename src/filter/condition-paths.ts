import { pathText, type Path } from '../values/path.js';
import type { Condition } from './condition.js';

/** The distinct paths that a condition reads, in the order in which they first come. */
export function conditionPaths(condition: Condition): Path[] {
  const paths = new Map<string, Path>();
  collect(condition, paths);
  return [...paths.values()];
}

function collect(condition: Condition, paths: Map<string, Path>): void {
  switch (condition.kind) {
    case 'and':
    case 'or':
      for (const part of condition.of) collect(part, paths);
      break;
    case 'not':
      collect(condition.of, paths);
      break;
    case 'compare':
      paths.set(pathText(condition.path), condition.path);
      break;
    case 'asked':
      for (const field of condition.question.fields) paths.set(pathText([field]), [field]);
  }
}
