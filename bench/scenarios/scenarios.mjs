import { fanOut } from './fan-out.mjs';
import { publish } from './publish.mjs';
import { rooms } from './rooms.mjs';

/** In the order in which they are run. */
export const scenarios = [fanOut, rooms, publish];
