import type { GatewaySlot } from './gateway-slot.js';

/** Late changes that sweeps found, as far as gateways could still tell of them. */
export function lateChanges(slots: readonly GatewaySlot[]): number {
  const metrics = slots.flatMap(({ lives }) => lives.flatMap((life) => life.metrics ?? []));
  return metrics.reduce((sum, one) => sum + one.sum('edge_hive_late_changes_total'), 0);
}
