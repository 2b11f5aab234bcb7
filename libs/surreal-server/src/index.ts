export type { SurrealExit, SurrealOptions } from './options.js';
export { startSurreal } from './start-surreal.js';
export type { SurrealProcess } from './surreal-process.js';
