import { createHash } from 'node:crypto';

export interface ScriptOptions {
  /** Whether it makes a difference which of two that an instance sends is carried out first. */
  readonly ordered?: boolean;
}

/** A script that Redis runs as one step. */
export class RedisScript {
  /** Texts and names of those whose order counts: of a command that failed nothing else is known. */
  private static readonly inOrder = new Set<unknown>();
  /** Its name in Redis. */
  readonly sha: string;
  readonly ordered: boolean;

  constructor(
    readonly source: string,
    { ordered = false }: ScriptOptions = {},
  ) {
    this.sha = createHash('sha1').update(source).digest('hex');
    this.ordered = ordered;
    if (ordered) for (const text of [source, this.sha]) RedisScript.inOrder.add(text);
  }

  /** Whether the order of a script counts that is given by its text or its name. */
  static isOrdered(text: unknown): boolean {
    return RedisScript.inOrder.has(text);
  }
}
