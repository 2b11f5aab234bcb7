import { tokenFor } from './auth/tokens/token-command.js';

try {
  process.stdout.write(`${tokenFor(process.argv.slice(2), process.env)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
