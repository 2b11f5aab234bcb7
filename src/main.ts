import { announce } from './announcement.js';
import { startApplication } from './application.js';
import { PolicyError } from './auth/policy-error.js';
import { ConfigError, loadConfig } from './config/load-config.js';
import { settlePort } from './config/settle-port.js';

try {
  const config = await settlePort(loadConfig(process.env));
  announce(await startApplication(config));
} catch (error) {
  const expected = error instanceof ConfigError || error instanceof PolicyError;
  process.stderr.write(`${expected ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}
