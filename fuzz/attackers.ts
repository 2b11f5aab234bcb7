import type { Attacker } from './attacker.js';
import { databaseFrames } from './attackers/database-frames.js';
import { httpRequests } from './attackers/http-requests.js';
import { rawBytes } from './attackers/raw-bytes.js';
import { upgrades } from './attackers/upgrades.js';
import { webSocketFrames } from './attackers/web-socket-frames.js';

/** All that there are. What a seed chooses among them changes with each that is added. */
export const ATTACKERS: readonly Attacker[] = [rawBytes, httpRequests, upgrades, webSocketFrames, databaseFrames];
