import type { Limits, PrincipalInfo, WelcomeFrame } from '@edge-hive/protocol';
import type { Principal } from '../auth/tokens/principal.js';
import type { Config } from '../config/config.js';

/** What every client is told alike. */
export type Terms = Pick<WelcomeFrame, 'heartbeat' | 'presence' | 'limits'>;

export function termsOf(config: Config): Terms {
  return {
    heartbeat: { interval: config.heartbeatIntervalMs, timeout: config.heartbeatTimeoutMs },
    presence: { grace: config.presenceGraceMs },
    limits: limitsOf(config),
  };
}

/** @param time ISO 8601. */
export function welcomeFrame(connection: string, principal: Principal, time: string, terms: Terms): WelcomeFrame {
  return { type: 'welcome', protocol: 1, connection, principal: principalInfo(principal), time, ...terms };
}

/** What a principal is told of itself. */
export function principalInfo({ id, expires }: Principal): PrincipalInfo {
  return { id, ...(expires !== undefined && { expires }) };
}

function limitsOf(config: Config): Limits {
  return {
    frameBytes: config.limitFrameBytes,
    subscriptions: config.limitSubscriptions,
    filterConditions: config.limitFilterConditions,
    filterDepth: config.limitFilterDepth,
    filterElements: config.limitFilterElements,
    filterBytes: config.limitFilterBytes,
    filterScans: config.limitFilterScans,
    commandsPerSecond: config.limitCommandsPerSecond,
    commandsBurst: config.limitCommandsBurst,
    snapshotRows: config.limitSnapshotRows,
    // A replay that can't know where exactly it left off starts this much earlier.
    replayWindow: config.surrealSweepWindowMs,
    presences: config.limitPresences,
    presenceStateBytes: config.limitPresenceStateBytes,
    presenceMembers: config.limitPresenceMembers,
  };
}
