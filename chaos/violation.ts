export const VIOLATION_KINDS = [
  'lost',
  'duplicated',
  'order',
  'leak',
  'unexpected',
  'unexplained resync',
  'wrong rows',
  'wrong presence',
  'write not in the feed',
  'ended',
] as const;

export type ViolationKind = (typeof VIOLATION_KINDS)[number];

export interface Violation {
  readonly kind: ViolationKind;
  readonly subscriber: string;
  readonly record?: string;
  /** What should have been, and what was. */
  readonly detail: string;
  /** Of the change in question in the feed. */
  readonly versionstamp?: bigint;
  /** About when it happened, by `Date.now()`. */
  readonly at?: number;
}
