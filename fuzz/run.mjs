/** `node fuzz/run.mjs [options]` */
import { runBundled } from '../test/support/run-bundled.mjs';

await runBundled(import.meta.url, 'fuzz');
