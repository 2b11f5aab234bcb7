/** A parent for the supervisor's tests to kill: starts SurrealDB with the options of its first argument and prints where. */
import { startSurreal } from '@edge-hive/surreal-server';

const surreal = await startSurreal(JSON.parse(process.argv[2]));
process.stdout.write(JSON.stringify({ url: surreal.url, pid: surreal.pid }));
