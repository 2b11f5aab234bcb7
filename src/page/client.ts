/** Stands for the client library while the page is compiled: the service answers `/client.js` with the library itself. */
export * from '@edge-hive/realtime-client';
