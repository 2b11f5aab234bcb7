import type { Config } from '../config/config.js';
import type { FilterLimits } from './filter-budget.js';

/** What filters may take, as it is configured. */
export function filterLimits(config: Config): FilterLimits {
  return {
    connection: { bytes: config.limitFilterBytes, scans: config.limitFilterScans },
    owner: {
      bytes: config.limitFilterBytesPerPrincipal,
      scans: config.limitFilterScansPerPrincipal,
      matches: config.limitFilterMatchesPerPrincipal,
    },
    total: {
      bytes: config.limitFilterBytesTotal,
      scans: config.limitFilterScansTotal,
      matches: config.limitFilterMatchesTotal,
    },
  };
}
