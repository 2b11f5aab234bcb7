/** Made unless others are asked for. */
export const USUAL_KINDS = [
  'gateway killed',
  'gateway frozen briefly',
  'gateway frozen for long',
  'gateway redeployed',
  'database killed',
  'database frozen briefly',
  'database frozen for long',
  'database stuttering',
  'sockets cut',
  'sockets blackholed',
  'readers stalled',
] as const;

/** Made where there is a Redis. */
export const REDIS_KINDS = [
  'redis killed',
  'redis emptied',
  'redis frozen briefly',
  'redis frozen for long',
  'redis failed over',
  'redis switched over',
  'redis connections cut',
] as const;

/** Made where gateways are of several processes. */
export const WORKER_KINDS = [
  'worker killed',
  'worker frozen briefly',
  'worker frozen for good',
  'supervisor frozen',
] as const;

/** What not every system allows is made when it is asked for only. */
export const FAULT_KINDS = [...USUAL_KINDS, ...REDIS_KINDS, ...WORKER_KINDS, 'database threads held'] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** What there is beside a database and gateways. */
export interface Parts {
  readonly redis: boolean;
  readonly workers: boolean;
}

/**
 * The kinds that begin with one of some texts, such as `database frozen`; all usual ones for none.
 *
 * @throws when a text begins none
 */
export function kindsOf(beginnings: readonly string[], parts: Parts): readonly FaultKind[] {
  const usual = [
    // Two instances without Redis are two of channels: one that takes the place of another has none of its messages.
    ...USUAL_KINDS.filter((kind) => kind !== 'gateway redeployed' || parts.redis || !parts.workers),
    ...(parts.redis ? REDIS_KINDS : []),
    ...(parts.workers ? WORKER_KINDS : []),
  ];
  const known: readonly FaultKind[] = [...usual, 'database threads held'];
  for (const beginning of beginnings) {
    if (known.some((kind) => kind.startsWith(beginning))) continue;
    throw new Error(`--fault ${beginning}: no kind begins so. There are: ${known.join(', ')}`);
  }
  if (beginnings.length === 0) return usual;
  return known.filter((kind) => beginnings.some((each) => kind.startsWith(each)));
}

export interface Fault {
  readonly kind: FaultKind;
  /** When it begins, in ms since the run did. */
  readonly at: number;
  /** How long it lasts; 0 for what happens at once. */
  readonly durationMs: number;
  /** Which of the gateways. */
  readonly gateway: number;
  /** Part of all clients whose sockets are hit. */
  readonly share: number;
}
