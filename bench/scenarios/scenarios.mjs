import { bursts } from './bursts.mjs';
import { changes } from './changes.mjs';
import { fanOut } from './fan-out.mjs';
import { filters } from './filters.mjs';
import { idle } from './idle.mjs';
import { instances } from './instances.mjs';
import { lookUps } from './look-ups.mjs';
import { permissions } from './permissions.mjs';
import { publish } from './publish.mjs';
import { rooms } from './rooms.mjs';
import { slowConsumers } from './slow-consumers.mjs';
import { storm } from './storm.mjs';
import { tableEvents } from './table-events.mjs';
import { workers } from './workers.mjs';
import { writers } from './writers.mjs';

/** In the order in which they are run. */
export const scenarios = [
  fanOut,
  rooms,
  instances,
  publish,
  tableEvents,
  changes,
  writers,
  bursts,
  filters,
  permissions,
  lookUps,
  idle,
  storm,
  workers,
  slowConsumers,
];
