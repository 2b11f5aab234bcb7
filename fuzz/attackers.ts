import type { Attacker } from './attacker.js';
import { cursors } from './attackers/cursors.js';
import { databaseRights } from './attackers/database-rights.js';
import { databaseFrames } from './attackers/database-frames.js';
import { filters } from './attackers/filters.js';
import { httpApi } from './attackers/http-api.js';
import { httpRequests } from './attackers/http-requests.js';
import { presences } from './attackers/presences.js';
import { protocolFrames } from './attackers/protocol-frames.js';
import { publishTexts } from './attackers/publish-texts.js';
import { rawBytes } from './attackers/raw-bytes.js';
import { revocations } from './attackers/revocations.js';
import { tokens } from './attackers/tokens.js';
import { upgrades } from './attackers/upgrades.js';
import { webSocketFrames } from './attackers/web-socket-frames.js';

/** All that there are. What a seed chooses among them changes with each that is added. */
export const ATTACKERS: readonly Attacker[] = [
  rawBytes,
  httpRequests,
  upgrades,
  webSocketFrames,
  databaseFrames,
  protocolFrames,
  publishTexts,
  httpApi,
  tokens,
  filters,
  cursors,
  presences,
  revocations,
  databaseRights,
];
