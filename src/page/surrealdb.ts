/** Stands for the SDK while the page is compiled: the service answers `/surrealdb.js` with SurrealDB's own module. */
export * from 'surrealdb';
