export const FAULT_KINDS = [
  'gateway killed',
  'gateway frozen briefly',
  'gateway frozen for long',
  'gateway redeployed',
  'database killed',
  'database frozen briefly',
  'database frozen for long',
  'sockets cut',
  'sockets blackholed',
  'readers stalled',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** When it begins, in ms since the run did. */
  readonly at: number;
  /** How long it lasts; 0 for what happens at once. */
  readonly durationMs: number;
  /** Which of the two gateways. */
  readonly gateway: number;
  /** Part of all clients whose sockets are hit. */
  readonly share: number;
}
