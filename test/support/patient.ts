/**
 * Heartbeats that find nobody dead while a test runs: a client that reads nothing answers no ping, and how long that takes is up to
 * the machine.
 */
export const PATIENT = { HEARTBEAT_INTERVAL_MS: '600000', HEARTBEAT_TIMEOUT_MS: '600000' };
