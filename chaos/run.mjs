/** `node chaos/run.mjs chaos|soak [options]` */
import { runBundled } from '../test/support/run-bundled.mjs';

const [name = ''] = process.argv.splice(2, 1);
await runBundled(import.meta.url, name);
