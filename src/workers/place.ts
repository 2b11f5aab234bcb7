/** Names the supervisor's socket to a worker, in its environment: with it, the process is one. */
export const SUPERVISOR_SOCKET = 'EDGE_HIVE_SUPERVISOR_SOCKET';
